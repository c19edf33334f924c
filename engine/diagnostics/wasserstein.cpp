// SPDX-License-Identifier: MIT
#include "diagnostics/wasserstein.hpp"

#include <hwy/contrib/sort/vqsort.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <numbers>

#include "core/number.hpp"
#include "core/parallel.hpp"
#include "core/rng.hpp"
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

/// Points projected to a line, in ascending order, as (value, index). The index sits in the low bits of the
/// sorted keys: values that agree in all but those bits are as good as equal.
class SortedLine {
public:
    void sort(std::span<const double> x, int dim, const double* u) {
        const std::size_t n = x.size() / static_cast<std::size_t>(dim);
        value_.resize(n);
        key_.resize(n);
        const std::uint64_t mask = std::bit_ceil(std::max<std::uint64_t>(n, 2)) - 1;
        for (std::size_t i = 0; i < n; ++i) {
            double v = 0;
            for (int k = 0; k < dim; ++k) {
                v += x[i * static_cast<std::size_t>(dim) + static_cast<std::size_t>(k)] * u[k];
            }
            value_[i] = v;
            const auto bits = std::bit_cast<std::uint64_t>(v);
            const std::uint64_t ordered = bits ^ (bits >> 63 ? ~std::uint64_t{0} : std::uint64_t{1} << 63);
            key_[i] = (ordered & ~mask) | i;
        }
        hwy::Sorter()(key_.data(), n, hwy::SortAscending());
        mask_ = mask;
    }
    std::size_t size() const { return key_.size(); }
    std::size_t index(std::size_t rank) const { return key_[rank] & mask_; }
    double value(std::size_t rank) const { return value_[index(rank)]; }

private:
    std::vector<double> value_;
    std::vector<std::uint64_t> key_;
    std::uint64_t mask_ = 0;
};

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

/// Squared W2 on a line between two weighted samples: both distribution functions walked together.
double line_distance(const SortedLine& a, const std::vector<double>& wa, const SortedLine& b,
                     const std::vector<double>& wb) {
    std::size_t i = 0, j = 0;
    double left_a = wa[a.index(0)], left_b = wb[b.index(0)], sum = 0;
    while (true) {
        const double mass = std::min(left_a, left_b), gap = a.value(i) - b.value(j);
        sum += mass * gap * gap;
        left_a -= mass;
        left_b -= mass;
        if (left_a <= 0) {
            if (++i == a.size()) {
                return sum;
            }
            left_a = wa[a.index(i)];
        }
        if (left_b <= 0) {
            if (++j == b.size()) {
                return sum;
            }
            left_b = wb[b.index(j)];
        }
    }
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
    const std::size_t n = x.size() / static_cast<std::size_t>(dim),
                      m = y.size() / static_cast<std::size_t>(dim);
    if (n == 0 || m == 0 || !all_finite(x) || !all_finite(y)) {
        return not_a_number;
    }
    const std::vector<double> wx = weights_or_equal(log_weight_x, n), wy = weights_or_equal(log_weight_y, m);
    if (wx.empty() || wy.empty()) {
        return not_a_number;
    }
    const std::vector<double> directions = unit_directions(n_directions, dim);
    std::vector<double> square(static_cast<std::size_t>(n_directions));
    parallel_for(n_directions, [&](int p) {
        thread_local SortedLine a, b;
        a.sort(x, dim, directions.data() + static_cast<std::size_t>(p) * dim);
        b.sort(y, dim, directions.data() + static_cast<std::size_t>(p) * dim);
        square[static_cast<std::size_t>(p)] = line_distance(a, wx, b, wy);
    });
    return root_mean(square);
}

}  // namespace tempera
