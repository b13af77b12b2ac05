"""The connection type `kfp`, and what tells Airflow's pages of it."""

from typing import Any, ClassVar

from airflow.sdk import BaseHook

from kfp_tabular_airflow.api import Kfp
from kfp_tabular_airflow.errors import KfpError
from kfp_tabular_airflow.server import Server


class KfpHook(BaseHook):
    """Reads a connection to Kubeflow Pipelines.

    Args:
        kfp_conn_id: Connection: the host is the URL of KFP, the password a bearer token; extras are
            `namespace`, `ca_cert` and `token_file`.
    """

    conn_name_attr: ClassVar = "kfp_conn_id"
    default_conn_name: ClassVar = "kfp_default"
    conn_type: ClassVar = "kfp"
    hook_name: ClassVar = "Kubeflow Pipelines"

    def __init__(self, kfp_conn_id: str = default_conn_name) -> None:
        super().__init__()
        self.kfp_conn_id = kfp_conn_id

    def server(self) -> Server:
        """Return where KFP is, in a task."""
        return Server.named_by(self.get_connection(self.kfp_conn_id))

    async def aserver(self) -> Server:
        """Return where KFP is, in a trigger."""
        return Server.named_by(await self.aget_connection(self.kfp_conn_id))

    def get_conn(self) -> Kfp:
        """Return KFP's API."""
        return Kfp(self.server())

    def test_connection(self) -> tuple[bool, str]:
        """Tell Airflow's pages whether KFP answers."""
        try:
            with self.get_conn() as kfp:
                kfp.check()
        except KfpError as error:
            return False, str(error)
        return True, "Kubeflow Pipelines answers"

    @classmethod
    def get_ui_field_behaviour(cls) -> dict[str, Any]:
        """Name the fields of the form as what they are here."""
        return {
            "hidden_fields": ["login"],
            "relabeling": {"host": "URL", "password": "Bearer token"},
            "placeholders": {
                "host": "https://kubeflow.example.com/pipeline",
                "extra": '{"namespace": "team-a", "ca_cert": "/etc/ssl/kubeflow.pem"}',
            },
        }
