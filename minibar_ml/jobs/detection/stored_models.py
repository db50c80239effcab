"""What train has stored, opened for detect: statistics at once, forests only when a finding asks for them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from minibar_ml.artifacts.envelope import open_sealed
from minibar_ml.artifacts.keys import Keys
from minibar_ml.domain.errors import ModelRefused
from minibar_ml.domain.models import StoredModel
from minibar_ml.jobs.detection.nightly_training import EVERY_DETECTOR, NightlyTraining
from minibar_ml.log import logger
from minibar_ml.ml.contract import Parameters
from minibar_ml.ml.training import FOREST_DETECTORS, PARAMETERS_FORMAT, FittedModels


@dataclass
class LoadedModels:
    """One hotel's models; `refused` names the metrics whose model could not be trusted, with the reason.

    `outdated` are those that another version of the program made: nothing is wrong, and the next train replaces them.
    """

    parameters: dict[str, Parameters] = field(default_factory=dict)
    threshold_multiplier: dict[str, float] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    forests: list[StoredModel] = field(default_factory=list)
    outdated: set[str] = field(default_factory=set)

    @property
    def is_whole(self) -> bool:
        """Whether there are stored models, and all of them can be used."""
        return bool(self.parameters) and not self.refused and not self.outdated


def load(models: Iterable[StoredModel], keys: Keys | None) -> dict[int, LoadedModels]:
    """Open what can be trusted, by hotel; a refusal is logged once and detection goes on without that model."""
    hotels: dict[int, LoadedModels] = {}
    for model in models:
        loaded = hotels.setdefault(model.header.hotel_id, LoadedModels())
        if model.header.model_type == "isolation_forest":
            loaded.forests.append(model)
            continue
        try:
            payload = _payload(model, keys)
        except ModelRefused as error:
            logger.warning("%s", error)
            loaded.refused[model.header.metric_type] = str(error)
            continue
        if payload is None:
            loaded.outdated.add(model.header.metric_type)
            continue
        loaded.parameters |= payload["detectors"]
        loaded.threshold_multiplier |= payload["threshold_multiplier"]
    return hotels


class StoredModels:
    """Each hotel's stored models; whatever has none is learned in memory, once a run."""

    def __init__(
        self, loaded: Mapping[int, LoadedModels], keys: Keys | None, training: NightlyTraining, today: date
    ) -> None:
        """`loaded` as from `load`; no forest is opened yet. `training` learns what is missing, as of `today`."""
        self._loaded, self._keys, self._training, self._today = loaded, keys, training, today
        self._fitted: dict[int, FittedModels] = {}

    @property
    def refused(self) -> dict[tuple[int, str], str]:
        """Why models could not be trusted, by hotel and metric."""
        return {
            (hotel, metric): why for hotel, loaded in self._loaded.items() for metric, why in loaded.refused.items()
        }

    def of_hotel(self, hotel_id: int, _days: Collection[date]) -> "StoredModels":
        """The same of one hotel, without a connection."""
        loaded = {hotel_id: self._loaded[hotel_id]} if hotel_id in self._loaded else {}
        return StoredModels(loaded, self._keys, self._training.of_hotel(hotel_id, [self._today]), self._today)

    def refuse(self, why: Mapping[tuple[int, str], str]) -> None:
        """Note what another process found when it opened models: why they could not be trusted."""
        for (hotel_id, metric), reason in why.items():
            self._loaded[hotel_id].refused[metric] = reason

    def fitted(self, hotel_id: int, _day: date) -> FittedModels:
        """The models to check a day by: the same ones for every day."""
        if hotel_id not in self._fitted:
            loaded = self._loaded.get(hotel_id) or LoadedModels()
            # Where the last training found too little data, it makes no sense to try again every few minutes.
            known = EVERY_DETECTOR if loaded.is_whole else loaded.parameters
            learned = self._training.learn(hotel_id, self._today, with_forests=False, known=known)
            self._fitted[hotel_id] = FittedModels(
                {**learned.parameters, **loaded.parameters},
                StoredForests(loaded.forests, self._keys, loaded.refused),
                {**learned.threshold_multiplier, **loaded.threshold_multiplier},
            )
        return self._fitted[hotel_id]


class StoredForests(Mapping[str, Parameters]):
    """Forests by detector name; one is opened when it is first asked for, and refused ones are missing."""

    def __init__(self, sealed: Iterable[StoredModel], keys: Keys | None, refused: dict[str, str]) -> None:
        """Nothing is opened yet; the reason of a refusal is added to `refused`."""
        self._sealed = {FOREST_DETECTORS[model.header.metric_type].spec.name: model for model in sealed}
        self._keys, self._refused = keys, refused
        self._opened: dict[str, Parameters] = {}

    def __getitem__(self, name: str) -> Parameters:
        if name not in self._opened:
            model = self._sealed[name]
            try:
                payload = _payload(model, self._keys)
            except ModelRefused as error:
                logger.warning("%s", error)
                self._refused[model.header.metric_type] = str(error)
                del self._sealed[name]
                raise KeyError(name) from error
            if payload is None:
                del self._sealed[name]
                raise KeyError(name)
            self._opened[name] = payload
        return self._opened[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sealed)

    def __len__(self) -> int:
        return len(self._sealed)


def _payload(model: StoredModel, keys: Keys | None) -> dict[str, Any] | None:
    """A model's payload; None where another version of the detectors made it. Raises ModelRefused as `open_sealed`."""
    payload: dict[str, Any] = open_sealed(model.model_data, model.header, keys)
    if payload.get("format") != PARAMETERS_FORMAT:
        logger.warning(
            "The %s was made by another version of minibar-ml and is not used; `minibar-ml train` makes a new one.",
            model.header,
        )
        return None
    return payload
