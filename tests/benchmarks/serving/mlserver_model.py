"""MLServer's runtime for a model of ours, which `model-settings.json` names."""

from pathlib import Path

from loading import load
from mlserver import MLModel
from mlserver.codecs import NumpyCodec, PandasCodec
from mlserver.types import InferenceRequest, InferenceResponse


class Tabular(MLModel):  # type: ignore[misc]
    """Predicts a tensor for each column."""

    async def load(self) -> bool:
        """Load the model in the folder that the settings name."""
        self._pipeline = load(Path(self.settings.parameters.uri))
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Return the probabilities of rows."""
        frame = PandasCodec.decode_request(payload)
        probabilities = self._pipeline.predict_proba(frame)
        output = NumpyCodec.encode_output("probabilities", probabilities)
        return InferenceResponse(model_name=self.name, outputs=[output])
