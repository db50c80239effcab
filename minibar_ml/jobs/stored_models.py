"""What train has stored, opened for detect: statistics at once, forests only when a finding asks for them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from minibar_ml.artifacts.envelope import open_sealed
from minibar_ml.artifacts.keys import Keys
from minibar_ml.domain.errors import ModelRefused
from minibar_ml.domain.models import StoredModel
from minibar_ml.log import logger
from minibar_ml.ml.contract import Parameters
from minibar_ml.ml.training import FOREST_OF, PARAMETERS_FORMAT, FittedModels


@dataclass
class LoadedModels:
    """One hotel's models; `refused` names the metrics whose model could not be trusted, with the reason.

    `outdated` are those whose model another version of the program made: nothing is wrong, and the next train mends it.
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


class Forests(Mapping[str, Parameters]):
    """Opinions by detector name; a forest is opened when it is first asked for, and refused ones are missing."""

    def __init__(self, sealed: Iterable[StoredModel], keys: Keys | None, refused: dict[str, str]) -> None:
        """Nothing is opened yet."""
        self._sealed = {FOREST_OF[model.header.metric_type]: model for model in sealed}
        self._keys, self._refused = keys, refused
        self._opened: dict[str, Parameters] = {}

    def __getitem__(self, name: str) -> Parameters:
        if name not in self._opened:
            model = self._sealed[name]
            try:
                opened = _opened(model, self._keys)
            except ModelRefused as error:
                logger.warning("%s", error)
                self._refused[model.header.metric_type] = str(error)
                del self._sealed[name]
                raise KeyError(name) from error
            if opened is None:
                del self._sealed[name]
                raise KeyError(name)
            self._opened[name] = opened
        return self._opened[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sealed)

    def __len__(self) -> int:
        return len(self._sealed)


def open_all(models: Iterable[StoredModel], keys: Keys | None) -> dict[int, LoadedModels]:
    """Open what can be trusted, by hotel; a refusal is told once and detection goes on without that model."""
    hotels: dict[int, LoadedModels] = {}
    for model in models:
        opened = hotels.setdefault(model.header.hotel_id, LoadedModels())
        if model.header.model_type == "isolation_forest":
            opened.forests.append(model)
            continue
        try:
            payload = _opened(model, keys)
        except ModelRefused as error:
            logger.warning("%s", error)
            opened.refused[model.header.metric_type] = str(error)
            continue
        if payload is None:
            opened.outdated.add(model.header.metric_type)
            continue
        opened.parameters |= payload["detectors"]
        opened.threshold_multiplier |= payload["tightness"]
    return hotels


def _opened(model: StoredModel, keys: Keys | None) -> dict[str, Any] | None:
    """A model's payload, None where it was made for other detectors than ours; raises ModelRefused as `open_sealed`."""
    payload: dict[str, Any] = open_sealed(model.model_data, model.header, keys)
    if payload.get("format") != PARAMETERS_FORMAT:
        logger.warning(
            "The %s was made for other detectors than ours and is not used; `minibar-ml train` makes a new one.",
            model.header,
        )
        return None
    return payload


def as_learnt(opened: LoadedModels, fallback: FittedModels, keys: Keys | None) -> FittedModels:
    """The stored models, and what was just learnt from the statistics for whatever has none."""
    return FittedModels(
        {**fallback.parameters, **opened.parameters},
        Forests(opened.forests, keys, opened.refused),
        {**fallback.threshold_multiplier, **opened.threshold_multiplier},
    )
