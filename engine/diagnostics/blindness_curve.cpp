// SPDX-License-Identifier: MIT
#include "diagnostics/blindness_curve.hpp"

#include <cmath>

#include "core/parallel.hpp"
#include "diagnostics/cells.hpp"

namespace tempera {

namespace {

// The integrands are analytic, so that midpoints converge exponentially: responsibilities turn within
// 1 / |g_1 - g_2|, a fifth of the narrowest deviation for modes some deviations apart.
constexpr double reach = 9, per_deviation = 8;
constexpr int most_cells = 2400;       ///< per axis
constexpr double least_mass = 1e-11;   ///< of a cell that the divergence needs
constexpr double least_spread = 1e-9;  ///< of a cell that the gap needs, relative to the largest
constexpr double least_responsibility = 1e-13;

}  // namespace

/// Cells of a noise level that matter; their components are terms first[i] .. first[i + 1].
struct BlindnessCurve::Level {
    struct Term {
        std::size_t component;
        double responsibility, gx, gy;  ///< the component's score less the mixture's
    };
    std::vector<double> mass, spread;  ///< integrals over the cell of p and of p sum_c r_c |g_c - s|^2
    std::vector<std::size_t> first{0};
    std::vector<Term> terms;

    /// A cell from log(w_c N_c) and the scores of all components.
    void add(const std::vector<double>& log_density, const std::vector<double>& gx,
             const std::vector<double>& gy, double area) {
        const double top = *std::max_element(log_density.begin(), log_density.end());
        double total = 0, sx = 0, sy = 0;
        for (std::size_t c = 0; c < log_density.size(); ++c) {
            const double p = std::exp(log_density[c] - top);
            total += p, sx += p * gx[c], sy += p * gy[c];
        }
        sx /= total, sy /= total;
        const double cell = area * total * std::exp(top);
        double spread_here = 0;
        for (std::size_t c = 0; c < log_density.size(); ++c) {
            const double r = std::exp(log_density[c] - top) / total, x = gx[c] - sx, y = gy[c] - sy;
            if (r >= least_responsibility) {
                terms.push_back({c, r, x, y});
                spread_here += r * (x * x + y * y);
            }
        }
        mass.push_back(cell);
        spread.push_back(cell * spread_here);
        first.push_back(terms.size());
    }
    void append(const Level& o, double smallest_spread) {
        for (std::size_t i = 0; i < o.mass.size(); ++i) {
            if (o.mass[i] >= least_mass || o.spread[i] >= smallest_spread) {
                mass.push_back(o.mass[i]);
                terms.insert(terms.end(), o.terms.begin() + static_cast<std::ptrdiff_t>(o.first[i]),
                             o.terms.begin() + static_cast<std::ptrdiff_t>(o.first[i + 1]));
                first.push_back(terms.size());
            }
        }
    }
    /// For the ratios wrong / true of the weights: p_wrong / p = sum r_c ratio_c, and
    /// s_wrong - s = sum r_c ratio_c (g_c - s) / sum r_c ratio_c.
    BlindnessPoint at(double sigma, const std::vector<double>& ratio) const {
        double gap = 0, kl = 0;
        for (std::size_t i = 0; i < mass.size(); ++i) {
            double total = 0, x = 0, y = 0;
            for (std::size_t t = first[i]; t < first[i + 1]; ++t) {
                const double r = terms[t].responsibility * ratio[terms[t].component];
                total += r, x += r * terms[t].gx, y += r * terms[t].gy;
            }
            gap += total > 0 ? mass[i] * (x * x + y * y) / (total * total) : 0;
            kl -= mass[i] * std::log(total);
        }
        return {sigma, gap, kl};
    }
};

namespace {

/// A density for each component, normalised, and the logarithm of its weight.
struct Components {
    std::vector<std::shared_ptr<const Density<double>>> densities;
    std::vector<double> log_weight;

    explicit Components(const Mixture& m) {
        for (const Mixture::Component& c : m.components) {
            Mixture one;
            one.shape = m.shape;
            one.components = {c};
            one.components[0].weight = 1;
            densities.push_back(make_mixture_density<double>(one));
            log_weight.push_back(std::log(c.weight));
        }
    }
    /// body(log(w_c N_c), x and y of the scores) for every point of the block.
    template <class Body>
    void for_points(const Block<double>& x, Body body) const {
        const std::size_t n = densities.size(), stride = block_size;
        AlignedArray<double> density(n * stride), score(2 * n * stride);
        for (std::size_t c = 0; c < n; ++c) {
            densities[c]->evaluate_uncounted(x, {density.data() + c * stride, score.data() + 2 * c * stride});
        }
        std::vector<double> l(n), gx(n), gy(n);
        for (std::size_t lane = 0; lane < static_cast<std::size_t>(x.n); ++lane) {
            for (std::size_t c = 0; c < n; ++c) {
                l[c] = log_weight[c] + density[c * stride + lane];
                gx[c] = score[2 * c * stride + lane], gy[c] = score[(2 * c + 1) * stride + lane];
            }
            body(l, gx, gy);
        }
    }
};

Cells cells_of(const Mixture& m) {
    const Cells cells(m, reach, per_deviation);
    const int longest = std::max(cells.nx, cells.ny);
    return longest <= most_cells ? cells : Cells(m, reach, per_deviation * most_cells / longest);
}

}  // namespace

BlindnessCurve::BlindnessCurve(const Mixture& truth, std::vector<double> sigmas, const std::stop_token& stop)
    : sigmas_(std::move(sigmas)) {
    for (const Mixture::Component& c : truth.components) {
        truth_.push_back(c.weight);
    }
    for (const double sigma : sigmas_) {
        const Mixture m = sigma > 0 ? truth.noised(1, sigma) : truth;
        const Components components(m);
        const Cells cells = cells_of(m);
        std::vector<Level> rows(static_cast<std::size_t>(cells.ny));
        parallel_for(cells.ny, [&](int iy) {
            cells.for_row<double>(iy, [&](const Block<double>& x) {
                if (!stop.stop_requested()) {
                    components.for_points(x, [&](const auto& l, const auto& gx, const auto& gy) {
                        rows[static_cast<std::size_t>(iy)].add(l, gx, gy, cells.area());
                    });
                }
            });
        });
        if (stop.stop_requested()) {
            return;
        }
        double largest = 0;
        for (const Level& row : rows) {
            largest = row.spread.empty() ? largest : std::max(largest, *std::ranges::max_element(row.spread));
        }
        Level& level = levels_.emplace_back();
        for (const Level& row : rows) {
            level.append(row, least_spread * largest);
        }
    }
}

BlindnessCurve::~BlindnessCurve() = default;
BlindnessCurve::BlindnessCurve(BlindnessCurve&&) noexcept = default;
BlindnessCurve& BlindnessCurve::operator=(BlindnessCurve&&) noexcept = default;

const std::vector<double>& BlindnessCurve::sigmas() const { return sigmas_; }

bool BlindnessCurve::complete() const { return levels_.size() == sigmas_.size(); }

std::vector<BlindnessPoint> BlindnessCurve::at(const std::vector<double>& weights) const {
    if (!complete()) {
        return {};
    }
    double total = 0;
    for (double w : weights) {
        total += w;
    }
    std::vector<double> ratio;
    for (std::size_t c = 0; c < truth_.size(); ++c) {
        ratio.push_back(weights[c] / total / truth_[c]);
    }
    std::vector<BlindnessPoint> out(levels_.size());
    parallel_for(static_cast<int>(levels_.size()), [&](int i) {
        const auto k = static_cast<std::size_t>(i);
        out[k] = levels_[k].at(sigmas_[k], ratio);
    });
    return out;
}

std::vector<BlindnessPoint> blindness_curve(const Mixture& truth, const std::vector<double>& weights,
                                            const std::vector<double>& sigmas, const std::stop_token& stop) {
    return BlindnessCurve(truth, sigmas, stop).at(weights);
}

BlindnessPoint wrong_weights(const Mixture& truth, const std::vector<double>& weights, double sigma) {
    return blindness_curve(truth, weights, {sigma}).front();
}

}  // namespace tempera
