"""Fits a graded-response public to survey answers: marginal maximum likelihood by EM, weighted, on a fixed grid.

θᵢ = Xᵢβ + εᵢ with ε ~ N(0, I), P(Yᵢⱼ ≥ k) = logistic(aⱼ·θᵢ − bⱼₖ); a latent regression on the respondents' traits X
(Bock & Aitkin 1981; Mislevy 1984). Every step first lets the errors' covariance be free and then takes it into a, b and β,
which does not change the model and makes EM quick (parameter expansion, Liu, Rubin & Wu 1998).
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

REACH, STEPS = 4.2, 11  # the grid of each attitude, in standard deviations of ε


@dataclass
class Fit:
    """a: slopes (items, D); b: thresholds (items, K − 1); beta: effects of X's columns (columns, D)."""

    a: np.ndarray
    b: np.ndarray
    beta: np.ndarray


def fit(answers, weights, x, options, dimensions, rounds):
    """Fits the public.

    Args:
        answers: Positions from 0 (respondents, items); −1 is missing.
        weights: (respondents,).
        x: Centred indicators of the traits (respondents, columns).
        options: K, the same for all items.
        dimensions: D.
        rounds: EM steps.
    """
    grid = np.stack(np.meshgrid(*[np.linspace(-REACH, REACH, STEPS)] * dimensions, indexing="ij"), -1)
    nodes = grid.reshape(-1, dimensions)  # (Q, D)
    chosen = np.stack([answers == k for k in range(options)], -1).astype(float)  # (n, items, K)
    flat = chosen.reshape(len(answers), -1)
    found = start(answers, weights, x, options, dimensions)
    for step in range(rounds):
        posterior, likelihood = responsibilities(found, nodes, flat, x)
        if step % 10 == 0:
            print(
                f"  step {step:3d}: log-likelihood a person {np.average(likelihood, weights=weights):.4f}", flush=True
            )
        weighted = posterior * weights[:, None]
        counts = (flat.T @ weighted).reshape(answers.shape[1], options, -1)  # (items, K, Q)
        for j, count in enumerate(counts):
            found.a[j], found.b[j] = fit_item(count, nodes, found.a[j], found.b[j])
        means = posterior @ nodes  # (n, D)
        scaled = x * weights[:, None]
        found.beta = np.linalg.solve(scaled.T @ x, scaled.T @ means)
        expected = x @ found.beta
        second = nodes.T @ (weighted.sum(0)[:, None] * nodes) / weights.sum()
        cross = (means * weights[:, None]).T @ expected / weights.sum()
        covariance = second - cross - cross.T + (expected * weights[:, None]).T @ expected / weights.sum()
        # θ → L⁻¹θ brings the errors' covariance back to I.
        root = np.linalg.cholesky(covariance)
        found.a, found.beta = found.a @ root, np.linalg.solve(root, found.beta.T).T
    return found


def responsibilities(found, nodes, flat, x):
    """Each person's posterior over the grid (n, Q), and its log-likelihood (n,)."""
    log_p = np.log(probabilities(found.a, found.b, nodes))  # (items, K, Q)
    log_likelihood = flat @ log_p.reshape(-1, len(nodes))
    expected = x @ found.beta
    # The squares that a person's nodes share cancel.
    prior = expected @ nodes.T - 0.5 * (nodes**2).sum(1)
    prior -= np.log(np.exp(prior).sum(1, keepdims=True))
    joint = log_likelihood + prior
    top = joint.max(1, keepdims=True)
    posterior = np.exp(joint - top)
    total = posterior.sum(1, keepdims=True)
    return posterior / total, (top + np.log(total))[:, 0]


def probabilities(a, b, nodes):
    """P(Y = k) at every node (items, K, Q)."""
    latent = nodes @ a.T  # (Q, items)
    at_least = 1 / (1 + np.exp(np.clip(b.T[:, None, :] - latent[None], -35, 35)))  # (K − 1, Q, items)
    ends = np.ones((1, *latent.shape))
    curve = np.concatenate([ends, at_least, 0 * ends])
    return np.maximum(curve[:-1] - curve[1:], 1e-12).transpose(2, 0, 1)


def fit_item(count, nodes, a, b):
    """Slopes and thresholds of one item from its expected counts (K, Q); a few steps suffice, EM comes back."""
    dimensions = nodes.shape[1]

    def loss(parameters):
        slope, gaps = parameters[:dimensions], parameters[dimensions:]
        steps = np.exp(gaps[1:])
        b = gaps[0] + np.concatenate([[0], np.cumsum(steps)])
        at = 1 / (1 + np.exp(np.clip(b[:, None] - nodes @ slope, -35, 35)))  # (K − 1, Q)
        curve = np.vstack([np.ones(len(nodes)), at, np.zeros(len(nodes))])
        p = np.maximum(curve[:-1] - curve[1:], 1e-12)
        ratio = count / p
        by_latent = (ratio[1:] - ratio[:-1]) * at * (1 - at)  # (K − 1, Q): the loss falls with a threshold's curve
        by_b = by_latent.sum(1)
        # A step moves its own threshold and all above it.
        by_step = by_b[::-1].cumsum()[::-1][1:] * steps
        gradient = np.concatenate([-(by_latent.sum(0) @ nodes), [by_b.sum()], by_step])
        return -(count * np.log(p)).sum(), gradient

    begin = np.concatenate([a, [b[0]], np.log(np.diff(b))])
    size = count.sum()
    found = minimize(
        lambda v: tuple(y / size for y in loss(v)), begin, jac=True, method="L-BFGS-B", options={"maxiter": 6}
    )
    gaps = found.x[dimensions:]
    return found.x[:dimensions], gaps[0] + np.concatenate([[0], np.cumsum(np.exp(gaps[1:]))])


def start(answers, weights, x, options, dimensions):
    """Slopes from the principal components of the answers, thresholds from their shares."""
    there = answers >= 0
    means = (np.where(there, answers, 0) * weights[:, None]).sum(0) / (there * weights[:, None]).sum(0)
    centred = np.where(there, answers - means, 0)
    _, sizes, axes = np.linalg.svd(centred * np.sqrt(weights)[:, None], full_matrices=False)
    a = 1.5 * (axes[:dimensions].T * sizes[:dimensions]) / np.sqrt(weights.sum())
    b = np.empty((answers.shape[1], options - 1))
    for j in range(answers.shape[1]):
        shares = np.array([weights[answers[:, j] >= k].sum() for k in range(1, options)])
        shares = np.clip(shares / weights[there[:, j]].sum(), 0.01, 0.99)
        b[j] = -1.3 * np.log(shares / (1 - shares)) + 1e-3 * np.arange(options - 1)
    return Fit(a, b, np.zeros((x.shape[1], dimensions)))


def varimax(loadings, rounds=200):
    """The orthogonal rotation (D, D) by which each item loads on few dimensions (Kaiser 1958)."""
    turn = np.eye(loadings.shape[1])
    for _ in range(rounds):
        turned = loadings @ turn
        u, _, v = np.linalg.svd(loadings.T @ (turned**3 - turned * (turned**2).mean(0)))
        turn = u @ v
    return turn
