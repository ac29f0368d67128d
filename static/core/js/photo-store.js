// Photos that have not arrived yet, kept in the device's IndexedDB `name` under the record and the person.
// Where there is none (a private window), they live only as long as the page.
const KEPT_DAYS = 30;

export function photoStore(name, place) {
  const opened = open(name).catch(() => null);

  async function act(mode, work) {
    const database = await opened;
    if (!database) return undefined;
    return new Promise((resolve) => {
      const transaction = database.transaction("queue", mode);
      const request = work(transaction.objectStore("queue"));
      transaction.addEventListener("complete", () => resolve(request.result));
      for (const fault of ["error", "abort"]) transaction.addEventListener(fault, () => resolve(undefined));
    });
  }

  return {
    async all() {
      const everything = (await act("readonly", (queue) => queue.getAll())) ?? [];
      const oldest = Date.now() - KEPT_DAYS * 86_400_000;
      for (const old of everything.filter((item) => item.at < oldest)) this.remove(old.key);
      return everything.filter((item) => item.place === place && item.at >= oldest).sort((a, b) => a.at - b.at);
    },
    put: (item) => act("readwrite", (queue) => queue.put({ ...item, place, at: Date.now() })),
    remove: (key) => act("readwrite", (queue) => queue.delete(key)),
  };
}

function open(name) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.addEventListener("upgradeneeded", () => request.result.createObjectStore("queue", { keyPath: "key" }));
    request.addEventListener("success", () => resolve(request.result));
    for (const fault of ["error", "blocked"]) request.addEventListener(fault, () => reject(request.error));
  });
}
