"""A workspace: the folder that holds everything Afterword keeps for one team."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Workspace:
    """Where things lie below the workspace folder."""

    root: Path

    @classmethod
    def at(cls, root: Path | str | None = None) -> Workspace:
        """Open the workspace at `root`, else at ``$AFTERWORD_HOME``, else at ``~/.afterword``; made where missing."""
        chosen = Path(root or os.environ.get("AFTERWORD_HOME") or Path.home() / ".afterword").expanduser().resolve()
        workspace = cls(chosen)
        for folder in (chosen, workspace.incoming, workspace.staging, workspace.spill):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return workspace

    @property
    def logs(self) -> Path:
        """The log store, a DuckDB file."""
        return self.root / "logs.duckdb"

    @property
    def state_url(self) -> str:
        """The state store's SQLAlchemy URL: ``$AFTERWORD_STATE_URL``, else SQLite in the workspace."""
        return os.environ.get("AFTERWORD_STATE_URL") or f"sqlite:///{self.root / 'state.sqlite'}"

    @property
    def incoming(self) -> Path:
        """Uploads, while they are being imported."""
        return self.root / "incoming"

    @property
    def staging(self) -> Path:
        """Parquet on its way from an import to the log store."""
        return self.root / "staging"

    @property
    def spill(self) -> Path:
        """Where DuckDB puts what does not fit in memory."""
        return self.root / "spill"

    @property
    def prices(self) -> Path:
        """Prices that override the packaged table; may be missing."""
        return self.root / "prices.json"

    @property
    def machines(self) -> Path:
        """What the machines that serve models cost, and which; may be missing."""
        return self.root / "machines.json"

    @property
    def scorers(self) -> Path:
        """Python files of the workspace's own scorers; may be missing."""
        return self.root / "scorers"

    @property
    def baselines(self) -> Path:
        """What each application usually answers, as learnt from its answers; may be missing."""
        return self.root / "baselines"

    @property
    def vectors(self) -> Path:
        """Vectors of texts, a folder a model; may be missing."""
        return self.root / "vectors"

    @property
    def maps(self) -> Path:
        """Maps of topics; may be missing."""
        return self.root / "maps"

    @property
    def formats(self) -> Path:
        """The formats that the team expects of answers; may be missing."""
        return self.root / "formats.json"

    @property
    def rubrics(self) -> Path:
        """TOML files of the workspace's own rubrics for judges; may be missing."""
        return self.root / "rubrics"

    @property
    def judged(self) -> Path:
        """Answers of judges, which were paid for; may be missing."""
        return self.root / "judged"

    @property
    def server(self) -> Path:
        """Address and token of the server that holds the workspace, while one runs."""
        return self.root / "server.json"

    def discard(self, upload: Path) -> None:
        """Take an upload away, with the folder that it came in; never anything outside :attr:`incoming`."""
        if self.incoming in upload.parents:
            shutil.rmtree(self.incoming / upload.relative_to(self.incoming).parts[0], ignore_errors=True)
