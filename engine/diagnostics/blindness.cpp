// SPDX-License-Identifier: MIT
#include "diagnostics/blindness.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/log_sum_exp.hpp"
#include "core/number.hpp"
#include "core/parallel.hpp"
#include "diagnostics/cells.hpp"
#include "diagnostics/mode_weights.hpp"
#include "diagnostics/weights.hpp"

namespace tempera {

namespace {

/// Midpoint sums of densities as smooth as the narrowest component converge like exp(-2 (pi c)^2), c cells to
/// its deviation; learned densities and responsibilities are a little rougher than that.
constexpr double cells_per_deviation = 1.5;
constexpr int most_cells = 320;  ///< per axis; finer structures are left to weighted samples

/// Sums of exp(log density) r_c, scaled by exp(-largest).
struct ModeMass {
    double largest = -std::numeric_limits<double>::infinity();
    std::vector<double> mass;

    void add(double log_density, const double* responsibility, std::size_t n_modes) {
        mass.resize(n_modes);
        if (log_density > largest) {
            const double shrink = std::exp(largest - log_density);
            for (double& m : mass) {
                m *= shrink;
            }
            largest = log_density;
        }
        const double w = std::exp(log_density - largest);
        for (std::size_t c = 0; c < n_modes; ++c) {
            mass[c] += w * responsibility[c];
        }
    }
    ModeMass& operator+=(const ModeMass& o) {
        if (o.mass.empty()) {
            return *this;
        }
        if (mass.empty()) {
            return *this = o;
        }
        const double top = std::max(largest, o.largest);
        for (std::size_t c = 0; c < mass.size(); ++c) {
            mass[c] = mass[c] * std::exp(largest - top) + o.mass[c] * std::exp(o.largest - top);
        }
        largest = top;
        return *this;
    }
    std::vector<double> normalised() const {
        double total = 0;
        for (double m : mass) {
            total += m;
        }
        std::vector<double> out = mass;
        for (double& m : out) {
            m /= total;
        }
        return out;
    }
};

template <class Real>
std::vector<double> rows_of(const Block<Real>& x) {
    std::vector<double> out(static_cast<std::size_t>(x.n) * static_cast<std::size_t>(x.dim));
    for (int l = 0; l < x.n; ++l) {
        for (int i = 0; i < x.dim; ++i) {
            out[static_cast<std::size_t>(l) * static_cast<std::size_t>(x.dim) + static_cast<std::size_t>(i)] =
                static_cast<double>(x(i, l));
        }
    }
    return out;
}

template <class Real>
std::vector<double> masses_by_quadrature(const Density<Real>& learned, const Mixture& exact,
                                         const Cells& cells) {
    const std::size_t n_modes = static_cast<std::size_t>(exact.size());
    return parallel_sum<ModeMass>(
               cells.ny,
               [&](int iy) {
                   ModeMass sum;
                   AlignedArray<Real> log_density(block_size);
                   cells.for_row<Real>(iy, [&](const Block<Real>& x) {
                       learned.evaluate_uncounted(x, {.log_density = log_density.data()});
                       const std::vector<double> r = exact.responsibilities(rows_of(x));
                       for (int l = 0; l < x.n; ++l) {
                           sum.add(static_cast<double>(log_density[static_cast<std::size_t>(l)]),
                                   r.data() + static_cast<std::size_t>(l) * n_modes, n_modes);
                       }
                   });
                   return sum;
               })
        .normalised();
}

/// What exact samples say, one block's part.
struct SampleSums {
    double error = 0, energy = 0;
    std::vector<double> log_weight, responsibility;
    SampleSums& operator+=(const SampleSums& o) {
        error += o.error, energy += o.energy;
        log_weight.insert(log_weight.end(), o.log_weight.begin(), o.log_weight.end());
        responsibility.insert(responsibility.end(), o.responsibility.begin(), o.responsibility.end());
        return *this;
    }
};

template <class Real>
SampleSums sample_block(const Density<Real>& learned, const Density<double>& density, const Mixture& exact,
                        const StreamKey& key, int b, int n) {
    const int dim = exact.dim(), count = std::min(block_size, n - b * block_size);
    const std::size_t size = static_cast<std::size_t>(dim) * block_size;
    AlignedArray<double> at(size), s(size), l(block_size);
    AlignedArray<Real> at_learned(size), s_learned(size), l_learned(block_size);
    const Block<double> x{at.data(), dim, count};
    exact.sample(key, static_cast<std::uint32_t>(b * block_size), x);
    std::copy_n(at.data(), size, at_learned.data());
    density.evaluate_uncounted(x, {l.data(), s.data()});
    const bool has_density = learned.has_log_density();
    learned.evaluate_uncounted({at_learned.data(), dim, count},
                               {has_density ? l_learned.data() : nullptr, s_learned.data()});
    SampleSums sums;
    for (int lane = 0; lane < count; ++lane) {
        for (int i = 0; i < dim; ++i) {
            const std::size_t j = static_cast<std::size_t>(i) * block_size + static_cast<std::size_t>(lane);
            const double gap = static_cast<double>(s_learned[j]) - s[j];
            sums.error += gap * gap, sums.energy += s[j] * s[j];
        }
        if (has_density) {
            sums.log_weight.push_back(static_cast<double>(l_learned[static_cast<std::size_t>(lane)]) -
                                      l[static_cast<std::size_t>(lane)]);
        }
    }
    sums.responsibility = exact.responsibilities(rows_of(x));
    return sums;
}

std::vector<double> weights_of(const Mixture& m) {
    std::vector<double> out;
    for (const Mixture::Component& c : m.components) {
        out.push_back(c.weight);
    }
    return out;
}

LearnedLevel exact_level(const std::vector<double>& weights) {
    return {0, 0, weights, 0, 0, not_a_number, 1};
}

/// Of the first mode's mass: from the masses themselves, because one that rounds to 1 still has a finite
/// logit.
double first_logit(const std::vector<double>& weights) {
    return std::log(weights[0]) - std::log(std::accumulate(weights.begin() + 1, weights.end(), 0.0));
}

}  // namespace

template <class Real>
LearnedLevel compare_with_exact(const Density<Real>& learned, const Mixture& exact, const StreamKey& key,
                                int n) {
    LearnedLevel out{0, 0, {}, not_a_number, not_a_number, not_a_number, not_a_number};
    const auto density = make_mixture_density<double>(exact);
    const SampleSums sums = parallel_sum<SampleSums>((n + block_size - 1) / block_size, [&](int b) {
        return sample_block(learned, *density, exact, key, b, n);
    });
    out.score_error = sums.error / n;
    out.score_energy = sums.energy / n;
    if (!learned.has_log_density()) {
        return out;
    }
    out.ess_fraction = ess_fraction(sums.log_weight);
    if (exact.dim() == 2) {
        const Cells cells(exact, 6, cells_per_deviation);
        if (cells.nx <= most_cells && cells.ny <= most_cells) {
            out.weights = masses_by_quadrature(learned, exact, cells);
        }
    }
    if (out.weights.empty()) {
        out.weights = mode_proportions(sums.responsibility, exact.size(), sums.log_weight);
    }
    out.total_variation = total_variation(out.weights, weights_of(exact));
    return out;
}

template <class Real>
LearnedLevel learned_level(const DensityPath<Real>& path, int level, const StreamKey& key, int n) {
    const std::optional<Mixture> exact = path.level_mixture(level);
    if (!exact) {
        return {level, path.position(level).rho, {}, not_a_number, not_a_number, not_a_number, not_a_number};
    }
    const bool end = level == 0 || level == path.n_levels();
    LearnedLevel out =
        end ? exact_level(weights_of(*exact))
            : compare_with_exact(path.density(level), *exact,
                                 key.with(Purpose::diagnostic, static_cast<std::uint32_t>(level)), n);
    out.level = level;
    out.rho = path.position(level).rho;
    return out;
}

template <class Real>
std::vector<LearnedLevel> learned_levels(const DensityPath<Real>& path, const StreamKey& key, int n,
                                         const std::function<void()>& before_each) {
    if (!path.learned() || !path.level_mixture(0)) {
        return {};
    }
    std::vector<LearnedLevel> out(static_cast<std::size_t>(path.n_levels()) + 1);
    parallel_for(path.n_levels() + 1, [&](int k) {
        if (before_each) {
            before_each();
        }
        out[static_cast<std::size_t>(k)] = learned_level(path, k, key, n);
    });
    return out;
}

double path_roughness(const std::vector<LearnedLevel>& levels) {
    double sum = 0;
    for (std::size_t k = 1; k < levels.size(); ++k) {
        if (levels[k].weights.empty() || levels[k - 1].weights.empty()) {
            return not_a_number;
        }
        sum += std::abs(first_logit(levels[k].weights) - first_logit(levels[k - 1].weights));
    }
    return sum;
}

#define TEMPERA_BLINDNESS(Real)                                                                              \
    template LearnedLevel compare_with_exact(const Density<Real>&, const Mixture&, const StreamKey&, int);   \
    template LearnedLevel learned_level(const DensityPath<Real>&, int, const StreamKey&, int);               \
    template std::vector<LearnedLevel> learned_levels(const DensityPath<Real>&, const StreamKey&, int,       \
                                                      const std::function<void()>&);
TEMPERA_BLINDNESS(float)
TEMPERA_BLINDNESS(double)
#undef TEMPERA_BLINDNESS

}  // namespace tempera
