// SPDX-License-Identifier: MIT
#include "paths/particle_pilot.hpp"

#include <cmath>

#include "core/scratch.hpp"

namespace tempera {

namespace {

constexpr int n_chains = 64, n_descent = 300, n_moves = 2000, n_forgotten = 500;
constexpr double wanted_acceptance = 0.57;  // the best for Langevin moves (Roberts and Rosenthal 1998)

/// Chains on the subspace of a target, with the gradient where they are.
class Chains {
public:
    explicit Chains(const Target<double>& target)
        : target_(target), basis_(*target.subspace()), length_(target.particles()->length),
          x_(n_chains, target.dim()), slope_(n_chains, target.dim()), y_(n_chains, basis_.columns()),
          score_(n_chains, basis_.columns()), log_density_(n_chains) {
        const ParticleLayout layout = *target.particles();
        const double spread = 0.5 * length_ * std::pow(layout.n_particles, 1.0 / layout.axes);
        key_.purpose = Purpose::pilot;
        fill_normals(key_, 0, y_.block(0));
        for (int i = 0; i < y_.dim(); ++i) {
            for (int lane = 0; lane < n_chains; ++lane) {
                y_.block(0)(i, lane) *= spread;
            }
        }
        look();
    }

    /// Steps of shrinking length downhill: far from typical configurations only the direction is of use.
    void descend() {
        double step = 0.2 * length_;
        for (int k = 0; k < n_descent; ++k, step *= 0.985) {
            for (int lane = 0; lane < n_chains; ++lane) {
                double square = 0;
                for (int i = 0; i < y_.dim(); ++i) {
                    square += std::pow(score_(lane, i), 2);
                }
                for (int i = 0; std::isfinite(square) && square > 0 && i < y_.dim(); ++i) {
                    y_(lane, i) += (step / std::sqrt(square)) * score_(lane, i);
                }
            }
            look();
        }
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
        basis_.embed(std::as_const(y_).block(0), x_.block(0));
        target_.evaluate_uncounted(std::as_const(x_).block(0), {log_density_.block(0), slope_.block(0).data});
        basis_.project(std::as_const(slope_).block(0), score_.block(0));
    }

    const Target<double>& target_;
    const Isometry& basis_;
    double length_;
    StreamKey key_;
    Particles<double> x_, slope_, y_, score_, proposal_{n_chains, y_.dim()};
    PerParticle<double> log_density_;
};

}  // namespace

std::optional<double> pilot_variance(const Target<double>& target) {
    Chains chains(target);
    chains.descend();
    double step = std::sqrt(target.local_variance()), sum = 0;
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
