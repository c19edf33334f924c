// SPDX-License-Identifier: MIT
#include "diagnostics/basin_masses.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "core/log_sum_exp.hpp"
#include "core/parallel.hpp"
#include "diagnostics/bennett.hpp"

namespace tempera {

namespace {

using Rows = std::vector<double>;

/// Data by mode: those that are noised, and the centres that tell modes apart.
struct Halves {
    int dim;
    std::vector<Rows> samples, centres;
    std::vector<double> log_share;  ///< of one centre, by mode

    explicit Halves(const LabelledData& data)
        : dim(data.dim), samples(static_cast<std::size_t>(data.n_modes)), centres(samples),
          log_share(samples.size()) {
        std::vector<int> seen(samples.size());
        for (std::size_t i = 0; i < data.label.size(); ++i) {
            const auto c = static_cast<std::size_t>(data.label[i]);
            Rows& to = seen[c]++ % 2 ? samples[c] : centres[c];
            const auto from = data.x.begin() + static_cast<std::ptrdiff_t>(i) * dim;
            to.insert(to.end(), from, from + dim);
        }
        for (std::size_t c = 0; c < samples.size(); ++c) {
            if (samples[c].size() < 2 * static_cast<std::size_t>(dim)) {
                throw std::invalid_argument("basin masses need four labelled points of every mode");
            }
            log_share[c] = data.proportions.empty()
                               ? 0
                               : std::log(data.proportions[c] * dim / static_cast<double>(centres[c].size()));
        }
    }
    /// log P(c | y) at each of two noise levels, the label's posterior when y is a noised centre.
    std::array<double, 2> log_posteriors(std::size_t mode, const double* y,
                                         const std::array<double, 2>& sigma) const {
        const auto d = static_cast<std::size_t>(dim);
        std::array<LogSumExp, 2> own, all;
        for (std::size_t c = 0; c < centres.size(); ++c) {
            const std::size_t n = centres[c].size() / d;
            std::vector<double> square(n);
            double least = std::numeric_limits<double>::infinity();
            for (std::size_t j = 0; j < n; ++j) {
                for (std::size_t i = 0; i < d; ++i) {
                    const double gap = y[i] - centres[c][j * d + i];
                    square[j] += gap * gap;
                }
                least = std::min(least, square[j]);
            }
            for (std::size_t s = 0; s < 2; ++s) {
                const double precision = 0.5 / (sigma[s] * sigma[s]);
                double sum = 0;
                for (const double q : square) {
                    sum += std::exp(precision * (least - q));
                }
                const double l = log_share[c] + std::log(sum) - precision * least;
                all[s].add(l);
                if (c == mode) {
                    own[s].add(l);
                }
            }
        }
        return {own[0].value() - all[0].value(), own[1].value() - all[1].value()};
    }
};

/// The samples of a mode, noised; each draws by its index, so that bits do not depend on threads.
Rows noised(const Rows& x, int dim, double sigma, const StreamKey& key, std::uint32_t mode) {
    Rows y = x;
    const auto d = static_cast<std::size_t>(dim);
    for (std::size_t j = 0; j < x.size() / d; ++j) {
        Stream random(key, static_cast<std::uint32_t>(j) + (mode << 24U));
        for (std::size_t i = 0; i < d; ++i) {
            y[j * d + i] += sigma * random.normal();
        }
    }
    return y;
}

template <class Real>
std::vector<double> log_densities(const Density<Real>& density, const Rows& y, int dim) {
    const auto d = static_cast<std::size_t>(dim);
    const int n = static_cast<int>(y.size() / d);
    Particles<Real> x(n, dim);
    for (int j = 0; j < n; ++j) {
        for (int i = 0; i < dim; ++i) {
            x.block(j / block_size)(i, j % block_size) =
                static_cast<Real>(y[static_cast<std::size_t>(j) * d + static_cast<std::size_t>(i)]);
        }
    }
    AlignedArray<Real> value(block_size);
    std::vector<double> out;
    for (int b = 0; b < x.n_blocks(); ++b) {
        density.evaluate_uncounted(x.block(b), {.log_density = value.data()});
        out.insert(out.end(), value.data(), value.data() + x.block(b).n);
    }
    return out;
}

/// log of q_k P_k(c | y) less that of level k + 1 at the points.
template <class Real>
std::vector<double> works(const Halves& halves, std::size_t mode, const Rows& y, const Density<Real>& lower,
                          const Density<Real>& upper, const std::array<double, 2>& sigma) {
    std::vector<double> w = log_densities(lower, y, halves.dim);
    const std::vector<double> above = log_densities(upper, y, halves.dim);
    for (std::size_t j = 0; j < w.size(); ++j) {
        const double* at = y.data() + j * static_cast<std::size_t>(halves.dim);
        const auto [own, next] = halves.log_posteriors(mode, at, sigma);
        w[j] += own - above[j] - next;
    }
    return w;
}

/// Adds a ratio's influences to those of the ratios above it; the variance of their sum.
double add_influence(const std::vector<double>& of_ratio, std::vector<double>& sum) {
    double squares = 0;
    for (std::size_t j = 0; j < sum.size(); ++j) {
        sum[j] += of_ratio[j];
        squares += sum[j] * sum[j];
    }
    const double n = static_cast<double>(sum.size());
    return n > 1 ? squares * n / (n - 1) : std::numeric_limits<double>::quiet_NaN();
}

/// Standard errors of m_c = Z_c / sum Z from independent errors of every log Z_c.
std::vector<double> errors_of_shares(const std::vector<double>& shares, const std::vector<double>& variance) {
    std::vector<double> out;
    for (std::size_t c = 0; c < shares.size(); ++c) {
        double relative = 0;
        for (std::size_t other = 0; other < shares.size(); ++other) {
            const double slope = (other == c ? 1 : 0) - shares[other];
            relative += slope * slope * variance[other];
        }
        out.push_back(shares[c] * std::sqrt(relative));
    }
    return out;
}

}  // namespace

template <class Real>
std::vector<BasinMasses> basin_masses(const std::vector<std::shared_ptr<const Density<Real>>>& densities,
                                      const std::vector<double>& sigmas, const LabelledData& data,
                                      const StreamKey& key, const std::function<void()>& before_each) {
    const Halves halves(data);
    const std::size_t n_modes = halves.samples.size(), n_levels = sigmas.size();
    // log Z_c(k) - log Z_c(k + 1) and what every point of mode c has to do with it
    struct Rise {
        double value = 0;
        std::vector<double> influence;
    };
    std::vector<std::vector<Rise>> rises(n_levels - 1, std::vector<Rise>(n_modes));
    parallel_for(static_cast<int>((n_levels - 1) * n_modes), [&](int task) {
        const std::size_t k = static_cast<std::size_t>(task) / n_modes,
                          c = static_cast<std::size_t>(task) % n_modes;
        if (before_each) {
            before_each();
        }
        const auto work = [&](std::size_t from) {
            const Rows y = noised(halves.samples[c], halves.dim, sigmas[from],
                                  key.with(Purpose::diagnostic, static_cast<std::uint32_t>(from)),
                                  static_cast<std::uint32_t>(c));
            return works<Real>(halves, c, y, *densities[k], *densities[k + 1], {sigmas[k], sigmas[k + 1]});
        };
        const std::vector<double> down = work(k + 1), up = work(k);
        rises[k][c].value = bennett_ratio(down, up);
        rises[k][c].influence = bennett_influence(down, up, rises[k][c].value);
    });
    std::vector<double> log_mass(n_modes), variance(n_modes);
    std::vector<std::vector<double>> influence(n_modes);  // on log_mass
    for (std::size_t c = 0; c < n_modes; ++c) {
        const double n = static_cast<double>(halves.samples[c].size() + halves.centres[c].size());
        log_mass[c] = std::log(data.proportions.empty() ? n : data.proportions[c]);
        influence[c].resize(halves.samples[c].size() / static_cast<std::size_t>(halves.dim));
    }
    std::vector<BasinMasses> out(n_levels);
    for (std::size_t k = n_levels; k-- > 0;) {
        LogSumExp total;
        for (std::size_t c = 0; c < n_modes; ++c) {
            if (k + 1 < n_levels) {
                log_mass[c] += rises[k][c].value;
                variance[c] = add_influence(rises[k][c].influence, influence[c]);
            }
            total.add(log_mass[c]);
        }
        out[k].sigma = sigmas[k];
        for (const double l : log_mass) {
            out[k].weights.push_back(std::exp(l - total.value()));
        }
        out[k].standard_errors = errors_of_shares(out[k].weights, variance);
    }
    return out;
}

template std::vector<BasinMasses>
basin_masses<float>(const std::vector<std::shared_ptr<const Density<float>>>&, const std::vector<double>&,
                    const LabelledData&, const StreamKey&, const std::function<void()>&);
template std::vector<BasinMasses>
basin_masses<double>(const std::vector<std::shared_ptr<const Density<double>>>&, const std::vector<double>&,
                     const LabelledData&, const StreamKey&, const std::function<void()>&);

}  // namespace tempera
