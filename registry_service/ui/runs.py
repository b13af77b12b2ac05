"""The pages of runs: the list, one run, runs side by side."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from registry_service.api.identity import Caller
from registry_service.api.parameters import numeric_id
from registry_service.api.tokens import encode_token
from registry_service.domain.paging import ListQuery
from registry_service.service.runs import Runs
from registry_service.ui.comparisons import run_sections
from registry_service.ui.routes import PAGE_SIZE, page_from, pages, show
from registry_service.ui.views import main_metrics

STATUSES: Final = ("RUNNING", "FINISHED", "FAILED", "KILLED", "SCHEDULED")


def runs_router(runs: Runs) -> APIRouter:
    """Return the pages of runs."""
    router = pages()

    @router.get("/ui/runs")
    def listed(
        request: Request, who: Caller, experiment: str = "", status: str = "", page: str = ""
    ) -> Response:
        query = page_from(page, ListQuery(page_size=PAGE_SIZE, descending=True))
        wanted = status if status in STATUSES else ""
        found, experiments = runs.page(who, query, wanted, experiment)
        return show(
            request,
            who,
            "runs.html.j2",
            rows=found.items,
            metrics=main_metrics(row.metrics for row in found.items),
            experiments=sorted(str(each.name) for each in experiments),
            statuses=STATUSES,
            wanted={"experiment": experiment, "status": wanted},
            page=page,
            following=encode_token(found.next, query),
        )

    @router.get("/ui/runs/compare")
    def compare(
        request: Request,
        who: Caller,
        run: Annotated[list[str], Query(default_factory=list)],
        everything: str = "",
    ) -> Response:
        found = runs.get(who, [numeric_id(each, "run") for each in run])
        parts = run_sections(found, everything=bool(everything))
        return show(
            request, who, "compare_runs.html.j2", runs=found, sections=parts, everything=everything
        )

    @router.get("/ui/runs/{run_id}")
    def one(request: Request, who: Caller, run_id: str) -> Response:
        (found,) = runs.get(who, [numeric_id(run_id, "experiment run")])
        return show(request, who, "run.html.j2", found=found, run=found.run)

    return router
