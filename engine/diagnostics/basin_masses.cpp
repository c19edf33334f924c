// SPDX-License-Identifier: MIT
#include "diagnostics/basin_masses.hpp"

#include <cmath>
#include <stdexcept>

#include "core/log_sum_exp.hpp"
#include "core/parallel.hpp"
#include "samplers/swap_statistics.hpp"

namespace tempera {

namespace {

using Rows = std::vector<double>;

/// Data by mode: those that are noised, and the centres that tell modes apart.
struct Halves {
    int dim;
    std::vector<Rows> samples, centres;

    explicit Halves(const LabelledData& data)
        : dim(data.dim), samples(static_cast<std::size_t>(data.n_modes)), centres(samples) {
        std::vector<int> seen(samples.size());
        for (std::size_t i = 0; i < data.label.size(); ++i) {
            const auto c = static_cast<std::size_t>(data.label[i]);
            Rows& to = seen[c]++ % 2 ? samples[c] : centres[c];
            const auto from = data.x.begin() + static_cast<std::ptrdiff_t>(i) * dim;
            to.insert(to.end(), from, from + dim);
        }
        for (const Rows& rows : samples) {
            if (rows.size() < 2 * static_cast<std::size_t>(dim)) {
                throw std::invalid_argument("basin masses need four labelled points of every mode");
            }
        }
    }
    /// log P(c | y) at sigma, the label's posterior when y is a noised centre.
    double log_posterior(std::size_t mode, const double* y, double sigma) const {
        LogSumExp own, all;
        for (std::size_t c = 0; c < centres.size(); ++c) {
            for (std::size_t at = 0; at < centres[c].size(); at += static_cast<std::size_t>(dim)) {
                double square = 0;
                for (std::size_t i = 0; i < static_cast<std::size_t>(dim); ++i) {
                    square += std::pow(y[i] - centres[c][at + i], 2);
                }
                const double l = -square / (2 * sigma * sigma);
                all.add(l);
                if (c == mode) {
                    own.add(l);
                }
            }
        }
        return own.value() - all.value();
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

std::vector<double> log_densities(const Density<double>& density, const Rows& y, int dim) {
    const auto d = static_cast<std::size_t>(dim);
    const int n = static_cast<int>(y.size() / d);
    const Particles<double> x(n, dim);
    for (int j = 0; j < n; ++j) {
        for (int i = 0; i < dim; ++i) {
            x.block(j / block_size)(i, j % block_size) =
                y[static_cast<std::size_t>(j) * d + static_cast<std::size_t>(i)];
        }
    }
    const PerParticle<double> value(n);
    Tally uncounted;
    std::vector<double> out;
    for (int b = 0; b < x.n_blocks(); ++b) {
        density.evaluate(x.block(b), {.log_density = value.block(b)}, uncounted);
        out.insert(out.end(), value.block(b), value.block(b) + x.block(b).n);
    }
    return out;
}

/// log of q_k P_k(c | y) less that of level k + 1 at the points.
std::vector<double> works(const Halves& halves, std::size_t mode, const Rows& y, const Density<double>& lower,
                          const Density<double>& upper, double sigma, double next_sigma) {
    std::vector<double> w = log_densities(lower, y, halves.dim);
    const std::vector<double> above = log_densities(upper, y, halves.dim);
    for (std::size_t j = 0; j < w.size(); ++j) {
        const double* at = y.data() + j * static_cast<std::size_t>(halves.dim);
        w[j] += halves.log_posterior(mode, at, sigma) - above[j] - halves.log_posterior(mode, at, next_sigma);
    }
    return w;
}

}  // namespace

std::vector<BasinMasses> basin_masses(const std::vector<std::shared_ptr<const Density<double>>>& densities,
                                      const std::vector<double>& sigmas, const LabelledData& data,
                                      const StreamKey& key) {
    const Halves halves(data);
    const std::size_t n_modes = halves.samples.size(), n_levels = sigmas.size();
    // rises[k][c] = log Z_c(k) - log Z_c(k + 1)
    std::vector<std::vector<double>> rises(n_levels - 1, std::vector<double>(n_modes));
    parallel_for(static_cast<int>((n_levels - 1) * n_modes), [&](int task) {
        const std::size_t k = static_cast<std::size_t>(task) / n_modes,
                          c = static_cast<std::size_t>(task) % n_modes;
        const auto work = [&](std::size_t from) {
            const Rows y = noised(halves.samples[c], halves.dim, sigmas[from],
                                  key.with(Purpose::diagnostic, static_cast<std::uint32_t>(from)),
                                  static_cast<std::uint32_t>(c));
            return works(halves, c, y, *densities[k], *densities[k + 1], sigmas[k], sigmas[k + 1]);
        };
        rises[k][c] = bennett_ratio(work(k + 1), work(k));
    });
    std::vector<double> log_mass(n_modes);
    for (std::size_t c = 0; c < n_modes; ++c) {
        log_mass[c] = std::log(static_cast<double>(halves.samples[c].size() + halves.centres[c].size()));
    }
    std::vector<BasinMasses> out(n_levels);
    for (std::size_t k = n_levels; k-- > 0;) {
        LogSumExp total;
        for (std::size_t c = 0; c < n_modes; ++c) {
            log_mass[c] += k + 1 < n_levels ? rises[k][c] : 0;
            total.add(log_mass[c]);
        }
        out[k].sigma = sigmas[k];
        for (const double l : log_mass) {
            out[k].weights.push_back(std::exp(l - total.value()));
        }
    }
    return out;
}

}  // namespace tempera
