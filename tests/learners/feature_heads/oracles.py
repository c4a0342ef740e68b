"""The papers' algorithms in numpy and float64, written from their equations, with gradients derived by hand."""

from collections.abc import Callable

import numpy as np
from scipy.special import log_softmax, softmax


def unit(z: np.ndarray) -> np.ndarray:
    return z / np.linalg.norm(z, axis=-1, keepdims=True)


def means(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.stack([z[y == c].mean(0) for c in range(y.max() + 1)])


def squared(z: np.ndarray, centres: np.ndarray) -> np.ndarray:
    return ((z[:, None] - centres) ** 2).sum(-1)


def simpleshot(support: np.ndarray, y: np.ndarray, query: np.ndarray, base: np.ndarray) -> np.ndarray:
    support, query = unit(support - base), unit(query - base)
    return -squared(query, means(support, y))


def rectified(
    support: np.ndarray, y: np.ndarray, query: np.ndarray, epsilon: float, axis: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the rectified prototypes, by weights from a softmax over classes (axis 1) or over a class's items (axis 0)."""
    query = query + (support.mean(0) - query.mean(0))
    centres, cosine = means(support, y), lambda z: unit(z) @ unit(centres).T
    items, labels = np.concatenate([support, query]), np.concatenate([y, cosine(query).argmax(1)])
    scores = epsilon * cosine(items)
    found = []
    for c in range(len(centres)):
        own = labels == c
        weights = softmax(scores, 1)[own, c] if axis else softmax(scores[own, c], 0)
        found.append((weights[:, None] * items[own]).sum(0) / weights.sum())
    return np.stack(found), query


def bd_cspn(support: np.ndarray, y: np.ndarray, query: np.ndarray, epsilon: float = 10.0) -> np.ndarray:
    centres, query = rectified(support, y, query, epsilon, 0)
    return epsilon * unit(query) @ unit(centres).T


def laplacianshot(
    support: np.ndarray, y: np.ndarray, query: np.ndarray, *, weight: float, k: int, rounds: int, rectify: bool
) -> np.ndarray:
    """Return the assignments after these updates of the bound."""
    centres = means(support, y)
    if rectify:
        centres, query = rectified(support, y, query, 10.0, 1)
    costs, n = squared(query, centres), len(query)
    affinity = np.zeros((n, n))
    for q in range(n):
        distances = ((query - query[q]) ** 2).sum(1)
        for p in [p for p in distances.argsort() if p != q][:k]:
            affinity[q, p] = 1
    assigned = softmax(-costs, 1)
    for _ in range(rounds):
        new = np.empty_like(assigned)
        for q in range(n):
            score = -costs[q] + weight * sum(affinity[q, p] * assigned[p] for p in range(n))
            new[q] = np.exp(score) / np.exp(score).sum()
        assigned = new
    return assigned


def adam(start: list[np.ndarray], gradient: Callable[..., list[np.ndarray]], lr: float, steps: int) -> list[np.ndarray]:
    at, m, v = [p.copy() for p in start], [0.0 * p for p in start], [0.0 * p for p in start]
    for t in range(1, steps + 1):
        for i, g in enumerate(gradient(*at)):
            m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.999 * v[i] + 0.001 * g**2
            at[i] = at[i] - lr * (m[i] / (1 - 0.9**t)) / (np.sqrt(v[i] / (1 - 0.999**t)) + 1e-8)
    return at


def entropy_slope(log_p: np.ndarray) -> np.ndarray:
    """Return the gradient of the mean entropy of the rows with respect to their logits."""
    p = np.exp(log_p)
    return -p * (log_p - (p * log_p).sum(1, keepdims=True)) / len(p)


def tim(
    support: np.ndarray, y: np.ndarray, query: np.ndarray, *, tau: float, ce: float, alpha: float, lr: float, steps: int
) -> np.ndarray:
    one_hot = np.eye(y.max() + 1)[y]

    def logits(z: np.ndarray, w: np.ndarray) -> np.ndarray:
        return -tau / 2 * squared(z, w)

    def back(z: np.ndarray, w: np.ndarray, slope: np.ndarray) -> np.ndarray:
        """Chain rule through -tau / 2 ||z - w||^2, whose derivative in w is tau (z - w)."""
        return tau * (slope.T @ z - slope.sum(0)[:, None] * w)

    def gradient(w: np.ndarray) -> list[np.ndarray]:
        log_p, of_support = log_softmax(logits(query, w), 1), softmax(logits(support, w), 1)
        p = np.exp(log_p)
        log_marginal = np.log(p.mean(0))
        # d(sum m log m)/dp = (log m + 1) / n, then through the softmax
        outer = np.broadcast_to((log_marginal + 1) / len(p), p.shape)
        slope = p * (outer - (p * outer).sum(1, keepdims=True)) + alpha * entropy_slope(log_p)
        return [back(query, w, slope) + ce * back(support, w, (of_support - one_hot) / len(y))]

    (w,) = adam([means(support, y)], gradient, lr, steps)
    return logits(query, w)


def transductive_finetune(
    support: np.ndarray, y: np.ndarray, query: np.ndarray, *, temperature: float, lr: float, steps: int
) -> np.ndarray:
    one_hot = np.eye(y.max() + 1)[y]

    def gradient(w: np.ndarray, b: np.ndarray) -> list[np.ndarray]:
        of_support = softmax(temperature * (support @ w.T + b), 1)
        on_support = temperature * (of_support - one_hot) / len(y)
        on_query = temperature * entropy_slope(log_softmax(temperature * (query @ w.T + b), 1))
        return [on_support.T @ support + on_query.T @ query, on_support.sum(0) + on_query.sum(0)]

    w, b = adam([unit(means(support, y)), np.zeros(y.max() + 1)], gradient, lr, steps)
    return temperature * (query @ w.T + b)


def pt_map(
    support: np.ndarray, y: np.ndarray, query: np.ndarray, *, power: float, lam: float, alpha: float, rounds: int
) -> np.ndarray:
    """Return the assignments for features of at least 0."""
    support, query = (unit((z + 1e-6) ** power) for z in (support, query))
    support, query = (unit(z - z.mean(0)) for z in (support, query))
    centres, one_hot = means(support, y), np.eye(y.max() + 1)[y]

    def assigned() -> np.ndarray:
        plan = np.exp(-lam * squared(query, centres))
        for _ in range(5000):
            plan = plan / plan.sum(1, keepdims=True)
            plan = plan / plan.sum(0) * len(query) / len(centres)
        return plan

    for _ in range(rounds):
        plan = assigned()
        estimates = []
        for c in range(len(centres)):
            total = (one_hot[:, c, None] * support).sum(0) + (plan[:, c, None] * query).sum(0)
            estimates.append(total / (one_hot[:, c].sum() + plan[:, c].sum()))
        centres = centres + alpha * (np.stack(estimates) - centres)
    return assigned()
