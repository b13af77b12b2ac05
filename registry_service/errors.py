"""The errors of the registry: one root, one class for each thing a caller can act on.

They know nothing of HTTP: `registry_service.api.errors` holds the one table of status codes.
"""

from typing import ClassVar


class RegistryError(Exception):
    """Root of every error that the registry raises on purpose; the message is for the caller."""

    code: ClassVar[str] = "registry_error"


class InvalidRequestError(RegistryError, ValueError):
    """The request makes no sense as it stands: a bad value, an unknown field, a bad query."""

    code = "invalid_request"


class MissingFieldError(RegistryError, ValueError):
    """A field that must be there is missing or empty."""

    code = "missing_field"

    def __init__(self, field: str) -> None:
        # The wording of the Kubeflow registry, which its clients show as it is.
        super().__init__(f"required field '{field}' is zero value.")


class UnauthorizedError(RegistryError):
    """Nobody knows who asks: no token, or none that is known."""

    code = "unauthorized"


class ForbiddenError(RegistryError):
    """Whoever asks is known, and may not do this.

    Args:
        message: What they are told.
        actor: Who they are.
        role: What they lack.
        model_name: Over which model, None where it is about no single one; it is not told.
        told: What they are told instead who may not even know that there is something.
    """

    code = "forbidden"

    def __init__(
        self,
        message: str,
        actor: str,
        role: str,
        model_name: str | None = None,
        told: RegistryError | None = None,
    ) -> None:
        super().__init__(message)
        self.actor = actor
        self.role = role
        self.model_name = model_name
        self.told = told or self


class TooLargeError(RegistryError, ValueError):
    """The request is larger than the registry takes."""

    code = "too_large"


class TooSlowError(RegistryError, TimeoutError):
    """The request does not arrive."""

    code = "too_slow"


class NotFoundError(RegistryError, LookupError):
    """There is no such resource."""

    code = "not_found"


class ConflictError(RegistryError):
    """The request is sound, but what is stored stands against it."""

    code = "conflict"


class AlreadyExistsError(ConflictError):
    """The name or the external id is taken."""

    code = "already_exists"


class StaleError(ConflictError):
    """A compare-and-swap found something else than the caller expected."""

    code = "stale"


class IdempotencyError(ConflictError):
    """An idempotency key came back with another request."""

    code = "idempotency_key_reused"


class UnknownBlobError(ConflictError):
    """A version names a file whose bytes were never uploaded."""

    code = "unknown_blob"

    def __init__(self, missing: list[str]) -> None:
        super().__init__(
            f"the bytes of {len(missing)} file(s) are not in the store: {', '.join(missing)}; "
            "upload them first (POST /api/registry/v1/uploads says where to)"
        )


class DigestMismatchError(RegistryError, ValueError):
    """Uploaded bytes are not those that their digest or size promised: nothing was kept."""

    code = "digest_mismatch"


class CorruptBlobError(RegistryError):
    """Stored bytes no longer have the digest they were stored under."""

    code = "corrupt_blob"

    def __init__(self, sha256: str) -> None:
        super().__init__(
            f"the stored bytes of {sha256} no longer have that SHA-256 digest: they were damaged "
            "in the store and are not served; upload the file again to mend it"
        )


class StorageError(RegistryError):
    """The blob store or the database cannot be used now: a retry may help."""

    code = "storage_unavailable"


class StorageFullError(StorageError):
    """The blob store has no room left: a retry does not help, making room does."""

    code = "storage_full"


class SettingsError(RegistryError, ValueError):
    """A setting is wrong; the message names it and says how to mend it."""

    code = "bad_settings"


class BusyError(StorageError):
    """There is more to do than the registry can: a retry helps later."""

    code = "busy"
