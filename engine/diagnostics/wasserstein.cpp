// SPDX-License-Identifier: MIT
#include "diagnostics/wasserstein.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <mutex>
#include <numbers>

#include "core/number.hpp"
#include "core/parallel.hpp"
#include "core/rng.hpp"
#include "diagnostics/line_transport.hpp"
#include "diagnostics/weights.hpp"

namespace tempera {
namespace {

/// Unit vectors [n, dim], the same for every call.
std::vector<double> unit_directions(int n, int dim) {
    StreamKey key;
    key.seed = 0x51ce;
    key.purpose = Purpose::diagnostic;
    std::vector<double> out(static_cast<std::size_t>(n) * dim);
    for (int p = 0; p < n; ++p) {
        Stream stream(key, static_cast<std::uint32_t>(p));
        double* u = out.data() + static_cast<std::size_t>(p) * dim;
        double square = 0;
        for (int i = 0; i < dim; ++i) {
            u[i] = stream.normal();
            square += u[i] * u[i];
        }
        for (int i = 0; i < dim; ++i) {
            u[i] /= std::sqrt(square);
        }
    }
    return out;
}

/// One-dimensional Gaussian mixture.
struct Line {
    std::vector<double> weight, mean, sd;

    /// Distribution function and density; components farther than 8.5 standard deviations are 0 or 1.
    void evaluate(double x, double& cdf, double& pdf) const {
        cdf = pdf = 0;
        for (std::size_t c = 0; c < weight.size(); ++c) {
            const double z = (x - mean[c]) / sd[c];
            if (z > 8.5) {
                cdf += weight[c];
            } else if (z > -8.5) {
                cdf += weight[c] * 0.5 * std::erfc(-z * std::numbers::sqrt2 / 2);
                pdf += weight[c] / sd[c] * std::exp(-0.5 * z * z);
            }
        }
        pdf *= 0.3989422804014327;
    }

    /// Quantiles at (j + 1/2) / n: Newton steps from the last one, bisection where they leave the bracket.
    void quantiles(int n, double* out) const {
        double low = std::numeric_limits<double>::infinity(), top = -low;
        for (std::size_t c = 0; c < weight.size(); ++c) {
            low = std::min(low, mean[c] - 9 * sd[c]);
            top = std::max(top, mean[c] + 9 * sd[c]);
        }
        const double tolerance = 1e-11 * (top - low);
        double guess = low;
        for (int j = 0; j < n; ++j) {
            const double p = (j + 0.5) / n;
            double high = top, x = guess > low && guess < high ? guess : 0.5 * (low + high), f = 0, slope = 0;
            for (int step = 0; step < 200 && high - low > tolerance; ++step) {
                evaluate(x, f, slope);
                (f < p ? low : high) = x;
                const double next = x - (f - p) / slope;
                if (std::abs(next - x) <= tolerance) {
                    break;
                }
                x = next > low && next < high ? next : 0.5 * (low + high);
            }
            out[j] = x;
            low = x - tolerance;
            guess = slope > 0 ? x + 1.0 / (n * slope) : x;
        }
    }
};

Line project(const Mixture& mixture, const double* direction) {
    const Eigen::Map<const Eigen::VectorXd> u(direction, mixture.dim());
    Line line;
    for (const Mixture::Component& c : mixture.components) {
        const double variance = mixture.shape == Mixture::Shape::full
                                    ? (c.axes.transpose() * u).cwiseAbs2().dot(c.eigenvalues)
                                    : u.cwiseAbs2().dot(c.eigenvalues);
        line.weight.push_back(c.weight);
        line.mean.push_back(c.mean.dot(u));
        line.sd.push_back(std::sqrt(variance));
    }
    return line;
}

bool all_finite(std::span<const double> x) {
    double sum = 0;
    for (double v : x) {
        sum += v * 0;
    }
    return sum == 0;
}

/// Normalised weights, equal ones for none; empty when they cannot be normalised.
std::vector<double> weights_or_equal(std::span<const double> log_weight, std::size_t n) {
    if (log_weight.empty()) {
        return std::vector<double>(n, 1.0 / static_cast<double>(n));
    }
    std::vector<double> w = normalised_weights(log_weight);
    return w.size() == n && !std::isnan(w.front()) ? w : std::vector<double>();
}

bool same_mixture(const Mixture& a, const Mixture& b) {
    if (a.shape != b.shape || a.size() != b.size() || a.dim() != b.dim()) {
        return false;
    }
    for (std::size_t c = 0; c < a.components.size(); ++c) {
        const Mixture::Component &p = a.components[c], &q = b.components[c];
        if (p.weight != q.weight || p.mean != q.mean || p.eigenvalues != q.eigenvalues ||
            (a.shape == Mixture::Shape::full && p.axes != q.axes)) {
            return false;
        }
    }
    return true;
}

/// The reference of the last mixture asked for.
struct LastReference {
    std::mutex mutex;
    Mixture mixture;
    int n_directions = 0, n_nodes = 0;
    std::shared_ptr<const SlicedReference> reference;
};

std::shared_ptr<const SlicedReference> shared_reference(const Mixture& exact, int n_directions, int n_nodes) {
    static LastReference last;
    const std::lock_guard lock(last.mutex);
    if (!last.reference || last.n_directions != n_directions || last.n_nodes != n_nodes ||
        !same_mixture(last.mixture, exact)) {
        last.reference = std::make_shared<SlicedReference>(exact, n_directions, n_nodes);
        last.mixture = exact;
        last.n_directions = n_directions;
        last.n_nodes = n_nodes;
    }
    return last.reference;
}

double root_mean(const std::vector<double>& squares) {
    double sum = 0;
    for (double s : squares) {
        sum += s;
    }
    return std::sqrt(sum / static_cast<double>(squares.size()));
}

}  // namespace

SlicedReference::SlicedReference(const Mixture& exact, int n_directions, int n_nodes)
    : dim_(exact.dim()), n_directions_(n_directions), n_nodes_(n_nodes),
      direction_(unit_directions(n_directions, exact.dim())),
      quantile_(static_cast<std::size_t>(n_directions) * static_cast<std::size_t>(n_nodes)) {
    parallel_for(n_directions, [&](int p) {
        const Line line = project(exact, direction_.data() + static_cast<std::size_t>(p) * dim_);
        line.quantiles(n_nodes_, quantile_.data() + static_cast<std::size_t>(p) * n_nodes_);
    });
}

double SlicedReference::distance(std::span<const double> x, std::span<const double> log_weight) const {
    const std::size_t n = x.size() / static_cast<std::size_t>(dim_);
    if (n == 0 || !all_finite(x)) {
        return not_a_number;
    }
    const std::vector<double> weight = weights_or_equal(log_weight, n);
    if (weight.empty()) {
        return not_a_number;
    }
    std::vector<double> square(static_cast<std::size_t>(n_directions_));
    parallel_for(n_directions_, [&](int p) {
        thread_local SortedLine line;
        line.sort(x, dim_, direction_.data() + static_cast<std::size_t>(p) * dim_);
        const double* q = quantile_.data() + static_cast<std::size_t>(p) * n_nodes_;
        std::size_t rank = 0;
        double below = weight[line.index(0)], value = line.value(0), sum = 0;
        for (int j = 0; j < n_nodes_; ++j) {
            const double target = (j + 0.5) / n_nodes_;
            while (below < target && rank + 1 < n) {
                below += weight[line.index(++rank)];
                value = line.value(rank);
            }
            sum += (value - q[j]) * (value - q[j]);
        }
        square[static_cast<std::size_t>(p)] = sum / n_nodes_;
    });
    return root_mean(square);
}

double sliced_w2(std::span<const double> x, int dim, std::span<const double> log_weight, const Mixture& exact,
                 int n_directions, int n_nodes) {
    return dim == exact.dim() ? shared_reference(exact, n_directions, n_nodes)->distance(x, log_weight)
                              : not_a_number;
}

double sliced_w2_between(std::span<const double> x, std::span<const double> log_weight_x,
                         std::span<const double> y, std::span<const double> log_weight_y, int dim,
                         int n_directions) {
    const auto d = static_cast<std::size_t>(dim);
    return sliced_w2_of_weights(x, {weights_or_equal(log_weight_x, x.size() / d)}, y,
                                weights_or_equal(log_weight_y, y.size() / d), dim, n_directions)[0];
}

std::vector<double> sliced_w2_of_weights(std::span<const double> x,
                                         const std::vector<std::vector<double>>& weights_x,
                                         std::span<const double> y, std::span<const double> weight_y, int dim,
                                         int n_directions) {
    const std::size_t n_choices = weights_x.size();
    if (x.empty() || y.empty() || weight_y.empty() || weights_x.at(0).empty() || !all_finite(x) ||
        !all_finite(y)) {
        return std::vector<double>(n_choices, not_a_number);
    }
    const std::vector<double> directions = unit_directions(n_directions, dim);
    std::vector<std::vector<double>> square(n_choices,
                                            std::vector<double>(static_cast<std::size_t>(n_directions)));
    parallel_for(n_directions, [&](int p) {
        thread_local SortedLine a, b;
        a.sort(x, dim, directions.data() + static_cast<std::size_t>(p) * dim);
        b.sort(y, dim, directions.data() + static_cast<std::size_t>(p) * dim);
        for (std::size_t c = 0; c < n_choices; ++c) {
            square[c][static_cast<std::size_t>(p)] = line_distance(a, weights_x[c], b, weight_y).w2_squared;
        }
    });
    std::vector<double> out(n_choices);
    std::transform(square.begin(), square.end(), out.begin(), root_mean);
    return out;
}

}  // namespace tempera
