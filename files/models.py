"""Stored files: immutable bytes, each served only through the page of the row that owns it."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class StoredFile(models.Model):
    """Bytes under their SHA-256; the same bytes twice are one object in storage, two rows here.

    `size` in bytes. `media_type` is what the bytes are, not what the sender called them.
    Images are re-encoded on arrival (no EXIF, no position) and carry a thumbnail; so do PDFs
    that came as a record's document (`pages` is set), and a picture of their first page.
    """

    append_only = True

    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField(_("size"), validators=[MinValueValidator(0)])
    media_type = models.CharField(_("type"), max_length=100)
    name = models.CharField(_("file name"), max_length=200)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    pages = models.PositiveIntegerField(_("pages"), null=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gte=0), name="file_size_not_negative"),
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="file_sha256_is_hex"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")

    @property
    def is_shown(self) -> bool:
        """Whether there is a picture of it to look at before opening or loading it."""
        return self.is_image or self.pages is not None

    @property
    def checksum(self) -> str:
        """SHA-256 in groups of eight, as people compare it: on paper and on the telephone."""
        return " ".join(self.sha256[at : at + 8] for at in range(0, 64, 8))

    @property
    def key(self) -> str:
        """Where the bytes lie in storage."""
        return f"{self.sha256[:2]}/{self.sha256}"

    @property
    def thumbnail_key(self) -> str:
        return f"{self.key}.thumb"

    @property
    def preview_key(self) -> str:
        """The picture to look at: a picture itself, a PDF's first page."""
        return self.key if self.is_image else f"{self.key}.page"
