// Draws the API's operations with Swagger UI. A classic deferred script: it must run after the bundle.
const place = document.getElementById("api-operations");

window.SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  presets: [window.SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  displayRequestDuration: true,
  filter: false,
  // A token typed here must not outlive the page.
  persistAuthorization: false,
  validatorUrl: null,
});
