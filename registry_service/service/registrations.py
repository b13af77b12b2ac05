"""Register versions, all or nothing, and find them again."""

from collections.abc import Sequence
from dataclasses import asdict, replace

from registry_service.domain.paging import ListQuery, Page
from registry_service.domain.registration import (
    Alias,
    FileEntry,
    Registered,
    Registration,
    VersionDetail,
    folder_digest,
)
from registry_service.domain.resources import (
    Artifact,
    ModelVersion,
    RegisteredModel,
)
from registry_service.errors import (
    AlreadyExistsError,
    IdempotencyError,
    UnknownBlobError,
)
from registry_service.service.aliases import AnyVersion, point_alias
from registry_service.service.content import artifacts_of, content_of
from registry_service.service.lookup import model_named, version_named
from registry_service.service.ports import BlobStore, Database, Transaction, missing_blobs

# How often a registration is tried anew when others create the same model at the same moment.
ATTEMPTS = 5


class Registrations:
    """The use cases around registered versions."""

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database = database
        self._blobs = blobs

    def register(
        self, registration: Registration, key: str, fingerprint: str, actor: str
    ) -> Registered:
        """Register a version with everything that belongs to it, in one transaction.

        Args:
            registration: What to register; the bytes of its files are already in the store.
            key: Idempotency key: the same key never makes a second version.
            fingerprint: Digest of the request, to notice another request under the same key.
            actor: Who asks, for the audit log.

        Raises:
            UnknownBlobError: Bytes of a file are not in the store.
            AlreadyExistsError: The model has a version of that name.
            IdempotencyError: The key was used for another request.
            StaleError: An alias points elsewhere than the registration expects.
        """
        if earlier := self._replay(key, fingerprint):
            return earlier
        if missing := missing_blobs(self._blobs, registration.content.files):
            raise UnknownBlobError(missing)
        for attempt in range(ATTEMPTS):
            try:
                with self._database.write() as transaction:
                    made = _register(transaction, registration, actor)
                    transaction.remember(key, fingerprint, asdict(made))
                    return made
            except AlreadyExistsError:
                # Someone was faster: with this key, with this model, or with this version name.
                if earlier := self._replay(key, fingerprint):
                    return earlier
                if attempt == ATTEMPTS - 1 or self._version_exists(registration):
                    raise
        raise AssertionError("unreachable")

    def _replay(self, key: str, fingerprint: str) -> Registered | None:
        with self._database.read() as transaction:
            earlier = transaction.recall(key)
        if earlier is None:
            return None
        if earlier[0] != fingerprint:
            raise IdempotencyError(
                "this Idempotency-Key was used before for another request; take a new key"
            )
        return replace(Registered(**earlier[1]), replayed=True)

    def _version_exists(self, registration: Registration) -> bool:
        with self._database.read() as transaction:
            model = transaction.find(RegisteredModel, name=registration.model.name)
            return (
                model is not None
                and registration.version_name is not None
                and bool(
                    transaction.find(
                        ModelVersion, registered_model_id=model.id, name=registration.version_name
                    )
                )
            )

    def models(self, query: ListQuery) -> Page[RegisteredModel]:
        """Return one page of the models."""
        with self._database.read() as transaction:
            return transaction.page(RegisteredModel, query)

    def model(self, name: str) -> tuple[RegisteredModel, Sequence[Alias]]:
        """Return a model and its aliases. Raises NotFoundError."""
        with self._database.read() as transaction:
            model = model_named(transaction, name)
            return model, transaction.aliases(model.id)

    def files(self, model_name: str, ref: str) -> Sequence[FileEntry]:
        """Return the files of the version that `ref` names. Raises NotFoundError."""
        with self._database.read() as transaction:
            version = version_named(transaction, model_named(transaction, model_name), ref)
            return transaction.files(version.id)

    def versions(self, model_name: str, query: ListQuery) -> Page[ModelVersion]:
        """Return one page of the versions of a model."""
        with self._database.read() as transaction:
            model = model_named(transaction, model_name)
            return transaction.page(ModelVersion, query, registered_model_id=model.id)

    def detail(self, model_name: str, ref: str) -> VersionDetail:
        """Return the version that `ref` names, with everything that belongs to it."""
        with self._database.read() as transaction:
            model = model_named(transaction, model_name)
            version = version_named(transaction, model, ref)
            aliases = transaction.aliases(model.id)
            artifacts = transaction.page(Artifact, ListQuery(), model_version_id=version.id).items
            content = replace(
                content_of(artifacts),
                files=transaction.files(version.id),
                document=transaction.document(version.id),
            )
        names = [alias.name for alias in aliases if alias.version_id == version.id]
        return VersionDetail(model, version, names, content)


def _register(transaction: Transaction, registration: Registration, actor: str) -> Registered:
    model = transaction.find(RegisteredModel, name=registration.model.name)
    if model is None:
        model = transaction.add(registration.model)
    version = _add_version(transaction, model, registration)
    transaction.add_files(version.id, registration.content.files)
    transaction.add_document(version.id, registration.content.document)
    transaction.add_all(artifacts_of(model, version, registration))
    for alias in registration.aliases:
        expected = registration.expected_aliases.get(alias, AnyVersion)
        point_alias(transaction, model, alias, version, actor, "registered", expected)
    return Registered(
        model_id=model.id,
        model_name=str(model.name),
        version_id=version.id,
        version_name=str(version.name),
        number=version.number,
        digest=str(version.digest),
        aliases=list(registration.aliases),
    )


def _add_version(
    transaction: Transaction, model: RegisteredModel, registration: Registration
) -> ModelVersion:
    number = transaction.next_number(model.id)
    name = registration.version_name
    if name is None:
        # A version may have been given by hand the name that this number would have.
        while transaction.find(ModelVersion, registered_model_id=model.id, name=str(number)):
            number = transaction.next_number(model.id)
        name = str(number)
    version = ModelVersion(
        name=name,
        description=registration.version_description,
        custom_properties=registration.properties,
        registered_model_id=model.id,
        author=registration.author,
        number=number,
        digest=folder_digest(registration.content.files),
    )
    return transaction.add(version)
