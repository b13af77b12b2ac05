"""Register versions, all or nothing, and find them again."""

import json
from collections.abc import Sequence
from dataclasses import fields, replace

from registry_service.domain.access import Identity, Role
from registry_service.domain.paging import ListQuery, Page
from registry_service.domain.registration import (
    Alias,
    FileEntry,
    Registered,
    Registration,
    VersionDetail,
    VersionDocument,
    folder_digest,
)
from registry_service.domain.resources import LIVE, MODELS, NOUNS, ModelVersion, RegisteredModel
from registry_service.errors import (
    AlreadyExistsError,
    ConflictError,
    IdempotencyError,
    InvalidRequestError,
    NotFoundError,
)
from registry_service.service.aliases import Aliases, AliasMove, Expected
from registry_service.service.audit import record
from registry_service.service.claims import Claims, hold
from registry_service.service.content import artifacts_of
from registry_service.service.details import details_of
from registry_service.service.lookup import Found, Lookup, aliases_of
from registry_service.service.ownership import visible_models
from registry_service.service.ports import Database, Transaction
from registry_service.service.possession import Possession
from registry_service.service.resources import record_creation, refuse_ref, sound

# How often a registration is tried anew when others create the same model at the same moment.
ATTEMPTS = 5


class Registrations:
    """The use cases around registered versions."""

    def __init__(
        self, database: Database, possession: Possession, aliases: Aliases, lookup: Lookup
    ) -> None:
        self._database = database
        self._claims = Claims(database, possession)
        self._aliases = aliases
        self._lookup = lookup

    def register(
        self, identity: Identity, registration: Registration, key: str, fingerprint: str
    ) -> Registered:
        """Register a version with everything that belongs to it, in one transaction.

        Content that is already a version, not archived, of the model or data set is that version:
        it gets the aliases, and stays as it is otherwise, by its name too.

        Args:
            identity: Who asks.
            registration: What to register; the bytes of its files were brought by the same
                identity, or are those of a version that it may read.
            key: Idempotency key: the same key never makes a second version.
            fingerprint: Digest of the request, to notice another request under the same key.

        Raises:
            ForbiddenError: The identity is no writer of the model.
            UnknownBlobError: Bytes of a file are not in the store, or it may not use them.
            AlreadyExistsError: The model has, or had, a version of that name.
            IdempotencyError: The key was used for another request.
            StaleError: An alias points elsewhere than the registration expects.
            ConflictError: The version's name is an alias, or kept for one.
            InvalidRequestError: A name cannot be one, or something is expected of an alias that
                is not set.
        """
        registration = sound_registration(registration)
        noun = NOUNS[registration.model.collection]
        identity.require(Role.WRITER, str(registration.model.name), noun)
        # Keys are each caller's own: nobody learns another's answer by guessing its key.
        own_key = json.dumps([identity.name, key])
        for attempt in range(ATTEMPTS):
            try:
                return self._register(identity, registration, own_key, fingerprint)
            except ConflictError as error:
                # Most keys are new: whether this one is, is asked when something is in the way.
                if earlier := self._replay(own_key, fingerprint):
                    return earlier
                # Someone may have been faster with this model, or with these very bytes, which
                # another look finds as the version that they are.
                taken = isinstance(error, AlreadyExistsError)
                again = attempt and self._version_exists(registration)
                if not taken or attempt == ATTEMPTS - 1 or again:
                    raise
        raise AssertionError("unreachable")

    def _register(
        self, identity: Identity, registration: Registration, own_key: str, fingerprint: str
    ) -> Registered:
        named = [*registration.content.files, *registration.content.evidence]
        mark = self._claims.claim(identity, named)
        with self._database.write() as transaction:
            hold(transaction, mark, named)
            made = self._add(transaction, identity, registration)
            answer = {field.name: getattr(made, field.name) for field in fields(made)}
            transaction.answers.remember(own_key, fingerprint, answer)
        return made

    def _replay(self, key: str, fingerprint: str) -> Registered | None:
        with self._database.read() as transaction:
            earlier = transaction.answers.recall(key)
        if earlier is None:
            return None
        if earlier[0] != fingerprint:
            raise IdempotencyError(
                "this Idempotency-Key was used before for another request; take a new key"
            )
        return replace(Registered(**earlier[1]), replayed=True)

    def _version_exists(self, registration: Registration) -> bool:
        with self._database.read() as transaction:
            model = _model(transaction, registration)
            return (
                model is not None
                and registration.version_name is not None
                and bool(
                    transaction.resources.find(
                        ModelVersion, registered_model_id=model.id, name=registration.version_name
                    )
                )
            )

    def _add(
        self, transaction: Transaction, identity: Identity, registration: Registration
    ) -> Registered:
        there = _model(transaction, registration)
        if there is None:
            refuse_ref(registration.model)
        model = there or transaction.resources.add(registration.model)
        if there is None:
            record_creation(transaction, identity, model)
        version = _of_same_content(transaction, model, registration) if there else None
        known = version is not None
        if version is None:
            version = self._add_version(transaction, model, registration)
            transaction.files.add(version.id, registration.content.files)
            if registration.content.evidence:
                transaction.files.attach(version.id, registration.content.evidence)
            if registration.content.document != VersionDocument():
                transaction.versions.describe(version.id, registration.content.document)
            transaction.resources.add_all([*map(sound, artifacts_of(model, version, registration))])
            detail = {"number": version.number, "digest": version.digest}
            record(transaction, identity, "version.register", model, str(version.name), detail)
        # An alias of a known version that points to it is where it should be.
        there_already = aliases_of(transaction, model.id) if known else ()
        pointing = {alias.name for alias in there_already if alias.version_id == version.id}
        if wanted := [alias for alias in registration.aliases if alias not in pointing]:
            expected = registration.expected_aliases
            moves = [
                AliasMove(identity, alias, expected.get(alias, Expected.ANYTHING), "registered")
                for alias in wanted
            ]
            self._aliases.point(transaction, model, version, moves)
        return Registered(
            model_id=model.id,
            model_name=str(model.name),
            version_id=version.id,
            version_name=str(version.name),
            number=version.number,
            digest=str(version.digest),
            aliases=list(registration.aliases),
            known=known,
        )

    def models(self, identity: Identity, query: ListQuery) -> Page[RegisteredModel]:
        """Return one page of the models, or data sets, that may be read."""
        readable = replace(query, filter=visible_models(identity, query.filter))
        where = {"collection": self._lookup.collection}
        with self._database.read() as transaction:
            return transaction.resources.page(RegisteredModel, readable, **where)

    def model(self, identity: Identity, name: str) -> tuple[RegisteredModel, Sequence[Alias]]:
        """Return a model and its aliases. Raises NotFoundError, ForbiddenError."""
        with self._database.read() as transaction:
            model = self._lookup.model(transaction, identity, Role.READER, name)
            return model, aliases_of(transaction, model.id)

    def version(self, identity: Identity, model_name: str, ref: str) -> ModelVersion:
        """Return the version that `ref` names. Raises NotFoundError, ForbiddenError."""
        with self._database.read() as transaction:
            model = self._lookup.model(transaction, identity, Role.READER, model_name)
            return self._lookup.version(transaction, model, ref)

    def files(self, identity: Identity, model_name: str, ref: str) -> Sequence[FileEntry]:
        """Return the files of the version that `ref` names. Raises NotFoundError."""
        with self._database.read() as transaction:
            model = self._lookup.model(transaction, identity, Role.READER, model_name)
            version = self._lookup.version(transaction, model, ref)
            return transaction.files.of([version.id])[version.id]

    def versions(self, identity: Identity, model_name: str, query: ListQuery) -> Page[ModelVersion]:
        """Return one page of the versions of a model."""
        with self._database.read() as transaction:
            model = self._lookup.model(transaction, identity, Role.READER, model_name)
            return transaction.resources.page(ModelVersion, query, registered_model_id=model.id)

    def detail(self, identity: Identity, model_name: str, ref: str) -> VersionDetail:
        """Return the version that `ref` names, with everything that belongs to it."""
        with self._database.read() as transaction:
            model = self._lookup.model(transaction, identity, Role.READER, model_name)
            return _detail(transaction, model, self._lookup.found(transaction, model, ref))

    def numbered(self, identity: Identity, model_name: str, number: int) -> VersionDetail:
        """Return the version of a number, also where another one is called like the number."""
        with self._database.read() as transaction:
            model = self._lookup.model(transaction, identity, Role.READER, model_name)
            version = transaction.versions.called(model.id, str(number)).by_number
            if version is None:
                raise NotFoundError(f"{model.shown} has no version of number {number}")
            return _detail(transaction, model, Found(version))

    def _add_version(
        self, transaction: Transaction, model: RegisteredModel, registration: Registration
    ) -> ModelVersion:
        number = transaction.versions.next_number(model.id)
        name = registration.version_name or str(number)
        # A version may have, or have had, by hand the name that this number would have; the first
        # of a model has nobody before it.
        while (
            registration.version_name is None
            and number > 1
            and (
                transaction.resources.find(ModelVersion, registered_model_id=model.id, name=name)
                or transaction.versions.deleted(model.id, name)
            )
        ):
            number = transaction.versions.next_number(model.id)
            name = str(number)
        if registration.version_name is not None:
            self._lookup.take_name(transaction, model.id, name)
        version = ModelVersion(
            name=name,
            description=registration.version_description,
            custom_properties=registration.properties,
            registered_model_id=model.id,
            author=registration.author,
            number=number,
            digest=folder_digest(registration.content.files),
            content_digest=registration.content_digest,
            collection=model.collection,
        )
        return transaction.resources.add(version)


def _detail(transaction: Transaction, model: RegisteredModel, found: Found) -> VersionDetail:
    aliases = {model.id: aliases_of(transaction, model.id)}
    (detail,) = details_of(transaction, [found.version], {model.id: model}, aliases)
    return replace(detail, note=found.note)


def _model(transaction: Transaction, registration: Registration) -> RegisteredModel | None:
    wanted = {"name": registration.model.name, "collection": registration.model.collection}
    return transaction.resources.find(RegisteredModel, **wanted)


def _of_same_content(
    transaction: Transaction, model: RegisteredModel, registration: Registration
) -> ModelVersion | None:
    """Return the newest version of the content that is registered, unless it is archived.

    Data sets are the same where they say the same, models where their files are.
    """
    files = registration.content.files
    if registration.content_digest is not None:
        same = {"content_digest": registration.content_digest}
    elif files and registration.model.collection == MODELS:
        same = {"digest": folder_digest(files)}
    else:
        return None
    # Whoever registers the same content at this moment is waited for.
    transaction.resources.lock(RegisteredModel, model.id)
    newest = ListQuery(page_size=1, descending=True)
    wanted = {"registered_model_id": model.id, "state": LIVE, **same}
    found = transaction.resources.page(ModelVersion, newest, **wanted)
    return next(iter(found.items), None)


def sound_registration(registration: Registration) -> Registration:
    """Return a registration whose names have their one form. Raises InvalidRequestError."""
    if unset := registration.expected_aliases.keys() - set(registration.aliases):
        raise InvalidRequestError(
            f"expectedAliases names {', '.join(map(repr, sorted(unset)))}, which aliases does not: "
            "what is expected counts for aliases that are set"
        )
    named = ModelVersion(name=registration.version_name, custom_properties=registration.properties)
    version = sound(named)
    return replace(
        registration,
        model=sound(registration.model),
        version_name=version.name,
        properties=version.custom_properties,
    )
