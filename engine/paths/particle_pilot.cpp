// SPDX-License-Identifier: MIT
#include "paths/particle_pilot.hpp"

#include <cmath>

#include "paths/path_coordinates.hpp"
#include "paths/relaxation.hpp"

namespace tempera {

namespace {

constexpr int n_chains = 64, n_moves = 2000, n_forgotten = 500;
constexpr double wanted_acceptance = 0.57;  // the best for Langevin moves (Roberts and Rosenthal 1998)

/// Chains on a density, with the gradient where they are.
class Chains {
public:
    Chains(const Density<double>& density, double spread)
        : density_(density), y_(n_chains, density.dim()), score_(y_), proposal_(y_), log_density_(n_chains) {
        key_.purpose = Purpose::pilot;
        fill_normals(key_, 0, y_.block(0));
        for (int i = 0; i < y_.dim(); ++i) {
            for (int lane = 0; lane < n_chains; ++lane) {
                y_.block(0)(i, lane) *= spread;
            }
        }
        Tally tally;
        relax(density_, y_.block(0), tally);
        look();
    }

    /// One Langevin move of every chain; the share that moved.
    double move(double step, std::uint64_t index) {
        const Chains before = *this;
        const Block<double> noise = proposal_.block(0);
        fill_normals(key_.with(Purpose::pilot, 1, index), 0, noise);
        for (int i = 0; i < y_.dim(); ++i) {
            for (int lane = 0; lane < n_chains; ++lane) {
                y_(lane, i) += 0.5 * step * step * score_(lane, i) + step * noise(i, lane);
            }
        }
        look();
        int moved = 0;
        for (int lane = 0; lane < n_chains; ++lane) {
            double forth = 0, back = 0;
            for (int i = 0; i < y_.dim(); ++i) {
                forth += std::pow(noise(i, lane), 2);
                back += std::pow((before.y_(lane, i) - y_(lane, i)) / step - 0.5 * step * score_(lane, i), 2);
            }
            Stream stream(key_.with(Purpose::accept, 1, index), static_cast<std::uint32_t>(lane));
            const double ratio = log_density_[lane] - before.log_density_[lane] + 0.5 * (forth - back);
            if (std::log(stream.uniform()) < ratio) {
                ++moved;
                continue;
            }
            for (int i = 0; i < y_.dim(); ++i) {
                y_(lane, i) = before.y_(lane, i), score_(lane, i) = before.score_(lane, i);
            }
            log_density_[lane] = before.log_density_[lane];
        }
        return moved / static_cast<double>(n_chains);
    }
    /// Mean square per coordinate over the chains with a finite energy; NaN where there are none.
    double mean_square() const {
        double sum = 0;
        int n = 0;
        for (int lane = 0; lane < n_chains; ++lane) {
            if (std::isfinite(log_density_[lane])) {
                ++n;
                for (int i = 0; i < y_.dim(); ++i) {
                    sum += std::pow(y_(lane, i), 2);
                }
            }
        }
        return sum / (static_cast<double>(n) * y_.dim());
    }

private:
    void look() {
        density_.evaluate_uncounted(std::as_const(y_).block(0),
                                    {log_density_.block(0), score_.block(0).data});
    }

    const Density<double>& density_;
    StreamKey key_;
    Particles<double> y_, score_, proposal_;
    PerParticle<double> log_density_;
};

}  // namespace

std::optional<double> pilot_variance(std::shared_ptr<const Target<double>> target) {
    const ParticleLayout layout = *target->particles();
    const double spread = 0.5 * layout.length * std::pow(layout.n_particles, 1.0 / layout.axes);
    const auto density = density_in_coordinates<double>(target, coordinates_of(*target, false));
    Chains chains(*density, spread);
    double step = std::sqrt(target->local_variance()), sum = 0;
    for (int k = 0; k < n_moves; ++k) {
        const double share = chains.move(step, static_cast<std::uint64_t>(k));
        if (k < n_forgotten) {
            step *= std::exp(0.1 * (share - wanted_acceptance));
        } else {
            sum += chains.mean_square();
        }
    }
    const double variance = sum / (n_moves - n_forgotten);
    return std::isfinite(variance) && variance > 0 ? std::optional(variance) : std::nullopt;
}

}  // namespace tempera
