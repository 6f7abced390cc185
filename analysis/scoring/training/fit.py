"""How a head is fitted: general classifiers first, one tuned to what people ask and get on top, all of them one sum.

The sets of tweets, posts and comments that say what is hateful or abusive are large, and unlike the texts of an LLM
application; the one that is like them is small. So logistic regressions learn from each kind of label of the large
sets (their sources weighted alike, both answers of a source weighted alike, so that the style of a source tells
nothing). That of the first label is added to what a packaged detector knows: together they tell more of a source that
neither saw than each alone. A second regression, on the set that is alike, sees what those of the first and of its own
label say beside words and parts, the latter scaled by the naive Bayes log-count ratio (Wang and Manning 2012,
"Baselines and Bigrams"). All are linear, so that they add up to one weight a word and label. Near-duplicates weigh as
one text together. Then only the words and parts that matter are kept, and all is fitted anew on those. The probability
is Platt's (1999, "Probabilistic outputs for support vector machines"), fitted on sums of texts that were left out in
turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.scoring import linear
from analysis.scoring.training.duplicates import groups
from analysis.scoring.training.matrices import Matrices

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from analysis.scoring.training.matrices import Rows
    from analysis.scoring.training.readers import Example

FOLDS = 5


@dataclass(frozen=True)
class Plan:
    """What a head learns, and from which sources.

    Parameters
    ----------
    labels : tuple of str
        The labels of the head.
    general : tuple of str
        The labels that classifiers of the first step learn, from all sources but `alike`; none for one step alone.
    alike : tuple of str
        Sources that the last step learns from.
    terms, parts : int
        Words and pairs, and parts of words, that are kept.
    cap : int
        Texts of one source and answer that are learnt from at most, chosen by the seed.
    strength : float
        Inverse strength of the last step's regularisation.
    packaged : bool
        Whether the packaged detector is part of what is general of the first label.
    least : tuple of float
        Rarity of a term and of a part that each text has and that say nothing, so that few words are no proof; 0: none.
    """

    labels: tuple[str, ...]
    general: tuple[str, ...]
    alike: tuple[str, ...]
    terms: int
    parts: int
    cap: int = 3000
    strength: float = 16.0
    packaged: bool = False
    least: tuple[float, float] = (0, 0)
    seed: int = 20240601


@dataclass(frozen=True)
class Fitted:
    """A weight for each column and label, and a bias for each label."""

    weights: NDArray[np.float64]
    bias: NDArray[np.float64]


class Trainer:
    """Fits heads of one plan on one list of examples, and tells how good they are on texts that were left out."""

    def __init__(self, plan: Plan, examples: Sequence[Example], packaged: Mapping[str, float]) -> None:
        self.plan = plan
        self.packaged = packaged
        self.examples = examples
        self.matrices = Matrices.of([example.text for example in examples])
        self.source = np.array([example.source for example in examples])
        self.known = {
            label: np.array([example.labels.get(label, -1) for example in examples])
            for label in {*plan.labels, *plan.general}
        }
        self.alike = np.isin(self.source, plan.alike)
        self.group = groups([example.text for example in examples])
        self.weight = 1 / np.bincount(self.group)[self.group]
        self.order = np.random.default_rng(plan.seed).permutation(len(examples))

    def fit(self, learn: NDArray[np.bool_]) -> tuple[Matrices, Fitted]:
        """Fit on the examples of a mask, keep the columns that matter, and fit again on those."""
        fitted = self._fit(self.matrices, learn)
        split = len(self.matrices.terms)
        force = np.abs(fitted.weights).max(axis=1)
        texts = self.matrices.by_term.getnnz(0), (self.matrices.by_word @ self.matrices.of_word).getnnz(0)
        force *= np.sqrt(np.concatenate(texts))
        kept = self.matrices.kept(_most(force[:split], self.plan.terms), _most(force[split:], self.plan.parts))
        return kept, self._fit(kept, learn)

    def rows(self, matrices: Matrices) -> Rows:
        """Give each text as one row of the columns of `matrices`."""
        return matrices.rows(*matrices.rarity(), self.plan.least)

    def left_out(self, never: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
        """Sum up each example by a head that was fitted without it and its near-duplicates: an array (n, K).

        What `never` marks is learnt from in no fold. Which columns occur often enough, and their rarity, is counted
        in all examples, without their labels.
        """
        sums = np.zeros((len(self.examples), len(self.plan.labels)))
        seen = np.ones(len(self.group), dtype=bool) if never is None else ~never
        shuffled = np.random.default_rng(self.plan.seed).permutation(self.group.max() + 1) % FOLDS
        fold = shuffled[self.group]
        for left in range(FOLDS):
            kept, fitted = self.fit((fold != left) & seen)
            out = fold == left
            sums[out] = self.rows(kept)[out] @ fitted.weights + fitted.bias
        return sums

    def head(self, sums: NDArray[np.float64]) -> linear.Head:
        """Fit on everything, with probabilities by sums that were left out."""
        kept, fitted = self.fit(np.ones(len(self.examples), dtype=bool))
        (term_rarity, part_rarity), split, (least_term, least_part) = kept.rarity(), len(kept.terms), self.plan.least
        terms, term_rarity, term_weights = _with_least(
            kept.terms, term_rarity, fitted.weights[:split], linear.EMPTY, least_term
        )
        parts, part_rarity, part_weights = _with_least(
            kept.parts, part_rarity, fitted.weights[split:], linear.parts(linear.EMPTY)[0], least_part
        )
        slope, offset = np.array([self.platt(sums[:, at], label) for at, label in enumerate(self.plan.labels)]).T
        return linear.Head(
            labels=self.plan.labels,
            terms=terms,
            term_rarity=term_rarity,
            term_weights=term_weights,
            parts=parts,
            part_rarity=part_rarity,
            part_weights=part_weights,
            bias=fitted.bias.astype(np.float32),
            slope=slope.astype(np.float32),
            offset=offset.astype(np.float32),
        )

    def general(self, matrices: Matrices, learn: NDArray[np.bool_]) -> Fitted:
        """Fit the classifiers of the first step: unit spread on the sources that are alike, mean zero."""
        rows = self.rows(matrices)
        fits = []
        for label in self.plan.general:
            known = self.known[label]
            chosen = self._capped(learn & ~self.alike & (known >= 0), known)
            weights = _alike(self.source[chosen], known[chosen])
            fits.append(_regress(rows[chosen], known[chosen], 1.0, weights))
        weights, bias = np.array([fit[0] for fit in fits]).T, np.array([fit[1] for fit in fits])
        seen = rows[learn & self.alike]
        if self.plan.packaged:
            theirs = np.zeros(len(weights))
            added = [self.packaged.get(term, 0.0) for term in matrices.terms]
            theirs[: len(added)] = added / matrices.rarity()[0]
            ours = OURS * (seen @ theirs).std() / (seen @ weights[:, 0]).std()
            weights[:, 0] = theirs + ours * weights[:, 0]
            bias[0] *= ours
        scored = seen @ weights + bias
        spread = scored.std(axis=0)
        return Fitted(weights / spread, (bias - scored.mean(axis=0)) / spread)

    def _fit(self, matrices: Matrices, learn: NDArray[np.bool_]) -> Fitted:
        from scipy import sparse

        rows = self.rows(matrices)
        general = self.general(matrices, learn) if self.plan.general else None
        fits = []
        for label in self.plan.labels:
            known = self.known[label]
            chosen = self._capped(learn & self.alike & (known >= 0), known)
            ratio = _ratio(rows[chosen], known[chosen])
            seen = rows[chosen] @ sparse.diags(ratio)
            heard = [at for at, name in enumerate(self.plan.general) if not at or name == label]
            if general:
                told = rows[chosen] @ general.weights[:, heard] + general.bias[heard]
                seen = sparse.hstack([seen, told]).tocsr()
            weights, bias = _regress(seen, known[chosen], self.plan.strength, self._shared(chosen))
            own = weights[: rows.shape[1]] * ratio
            if general:
                shares = weights[rows.shape[1] :]
                own, bias = own + general.weights[:, heard] @ shares, bias + float(general.bias[heard] @ shares)
            fits.append((own, bias))
        return Fitted(np.array([fit[0] for fit in fits]).T, np.array([fit[1] for fit in fits]))

    def _capped(self, mask: NDArray[np.bool_], known: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows of a mask, at most `cap` of a source and answer."""
        rows = self.order[mask[self.order]]
        taken: dict[tuple[str, int], int] = {}
        chosen = []
        for row in rows.tolist():
            key = (str(self.source[row]), int(known[row]))
            taken[key] = taken.get(key, 0) + 1
            if taken[key] <= self.plan.cap:
                chosen.append(row)
        return np.sort(np.array(chosen))

    def _shared(self, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        """Weigh near-duplicates as one text together, and all texts as much as there are."""
        weight = self.weight[chosen]
        return weight / weight.mean()

    def platt(self, sums: NDArray[np.float64], label: str) -> tuple[float, float]:
        """Fit slope and offset of a label's probability to sums (n,) of the sources that are alike."""
        known = self.known[label]
        chosen = self.alike & (known >= 0)
        weights, bias = _regress(sums[chosen][:, None], known[chosen], 1e3, None)
        return float(weights[0]), float(bias)


OURS = 0.4
"""Spread of what our general classifier says, beside that of the packaged one. From 0.3 to 0.5 hardly anything changes
for sources that neither saw; at 0.7 the two tell less of the moderation set than the packaged one alone."""


def _regress(
    rows: Rows, known: NDArray[np.int64], strength: float, weights: NDArray[np.float64] | None
) -> tuple[NDArray[np.float64], float]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, solver="liblinear", random_state=0).fit(rows, known, sample_weight=weights)
    return model.coef_[0], float(model.intercept_[0])


def _ratio(rows: Rows, known: NDArray[np.int64]) -> NDArray[np.float64]:
    """The naive Bayes log-count ratio of each column, smoothed by one."""
    there = (rows > 0).astype(np.float64)
    yes, no = (1 + there.T @ (known == answer) for answer in (1, 0))
    return np.log((yes / (1 + (known == 1).sum())) / (no / (1 + (known == 0).sum())))


def _alike(source: NDArray[np.str_], known: NDArray[np.int64]) -> NDArray[np.float64]:
    """Weigh both answers of a source alike; a source that gives one answer only weighs half."""
    weights = np.zeros(len(known))
    for name in np.unique(source):
        mine = source == name
        for answer in (0, 1):
            chosen = mine & (known == answer)
            if chosen.any():
                weights[chosen] = mine.sum() / 2 / chosen.sum()
    return weights


def _most(force: NDArray[np.float64], n: int) -> NDArray[np.int64]:
    return np.sort(np.argsort(-force, kind="stable")[:n])


def _with_least(
    names: Sequence[str], rarity: NDArray[np.float32], weights: NDArray[np.float64], besides: str, least: float
) -> tuple[dict[str, int], NDArray[np.float32], NDArray[np.float32]]:
    """Give the rows of names, their rarity, and weights times that; with one that each text has besides, if any."""
    if least:
        names, rarity = [*names, besides], np.append(rarity, np.float32(least))
        weights = np.vstack([weights, np.zeros(weights.shape[1])])
    return {name: at for at, name in enumerate(names)}, rarity, (weights * rarity[:, None]).astype(np.float32)
