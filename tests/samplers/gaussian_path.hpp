// SPDX-License-Identifier: MIT
// A tempering path between Gaussians whose every level is known in closed form.
#pragma once

#include <cmath>
#include <functional>
#include <numbers>

#include "core/parallel.hpp"
#include "paths/density_path.hpp"
#include "samplers/annealed_sampler.hpp"

namespace tempera::test {

/// log p(x) = constant + sum_i (linear x_i - precision x_i^2 / 2); beyond `wall` in the first coordinate it
/// is -infinity.
class QuadraticDensity : public Target<double> {
public:
    double constant = 0, linear = 0, precision = 1, wall = 1e300;
    int size = 1;

    int dim() const override { return size; }
    double log_normaliser() const {
        return constant +
               size * (0.5 * std::log(2 * std::numbers::pi / precision) + linear * linear / (2 * precision));
    }

protected:
    void evaluate_block(Block<const double> x, const Wanted<double>& wanted) const override {
        for (int l = 0; l < x.lanes(); ++l) {
            double sum = constant;
            for (int i = 0; i < x.dim; ++i) {
                sum += linear * x(i, l) - 0.5 * precision * x(i, l) * x(i, l);
                if (wanted.score) {
                    wanted.score[i * block_size + l] = linear - precision * x(i, l);
                }
            }
            if (wanted.log_density) {
                wanted.log_density[l] = x(0, l) > wall ? -std::numeric_limits<double>::infinity() : sum;
            }
        }
    }
};

/// From N(0, I) at beta = 0 to exp(log_z) N(mean, sd^2 I) at beta = 1, linear in beta.
class GaussianPath : public DensityPath<double> {
public:
    GaussianPath(std::vector<double> beta, int dim, double mean, double sd, double log_z, double wall = 1e300)
        : beta_(std::move(beta)), levels_(beta_.size()), coordinates_(dim) {
        const double end = 1 / (sd * sd);
        for (std::size_t k = 0; k < beta_.size(); ++k) {
            const double b = beta_[k];
            QuadraticDensity& at = levels_[k];
            at.size = dim;
            at.precision = (1 - b) + b * end;
            at.linear = b * mean * end;
            at.constant = -0.5 * dim * std::log(2 * std::numbers::pi) +
                          b * (log_z - dim * (std::log(sd) + 0.5 * mean * mean * end));
            at.wall = b > 0 ? wall : 1e300;
        }
    }
    const Coordinates& coordinates() const override { return coordinates_; }
    int n_levels() const override { return static_cast<int>(levels_.size()) - 1; }
    LevelPosition position(int k) const override {
        return {NAN, NAN, NAN, beta_[static_cast<std::size_t>(k)]};
    }
    const Density<double>& density(int k) const override { return levels_[static_cast<std::size_t>(k)]; }
    std::optional<double> log_normaliser(int k) const override {
        return levels_[static_cast<std::size_t>(k)].log_normaliser();
    }
    const Density<double>* field(int) const override { return nullptr; }
    std::shared_ptr<const Density<double>> field_at(double, double) const override { return nullptr; }
    void sample_reference(const StreamKey& key, std::uint32_t first, Block<double> out) const override {
        fill_normals(key, first, out);
    }
    bool has_level_sampler(int) const override { return true; }
    void sample_level(int k, const StreamKey& key, std::uint32_t first, Block<double> out) const override {
        const QuadraticDensity& at = levels_[static_cast<std::size_t>(k)];
        fill_normals(key, first, out);
        for (int i = 0; i < out.dim; ++i) {
            for (int l = 0; l < out.lanes(); ++l) {
                out(i, l) = at.linear / at.precision + out(i, l) / std::sqrt(at.precision);
            }
        }
    }
    double move_variance(int k) const override { return 1 / levels_[static_cast<std::size_t>(k)].precision; }
    std::vector<double> mode_weights(int) const override { return {}; }
    std::vector<double> mode_responsibilities(int, const std::vector<double>&) const override { return {}; }
    const Target<double>& target() const override { return levels_[0]; }
    Json frozen_schedule() const override { return {{"type", "explicit"}, {"beta", beta_}}; }

private:
    std::vector<double> beta_;
    std::vector<QuadraticDensity> levels_;
    Coordinates coordinates_;
};

inline std::vector<double> linear_beta(int n_levels) {
    std::vector<double> out;
    for (int k = 0; k <= n_levels; ++k) {
        out.push_back(1.0 - static_cast<double>(k) / n_levels);
    }
    return out;
}

inline std::shared_ptr<const Move<double>> make_move(const std::string& type, int n_steps, int dim,
                                                     bool adapt = false, double step_size = 1) {
    if (type == "none") {
        return find_entry(move_catalogue(), "moves", type)
            .make<double>(Json{{"n_steps", 0}}, MoveContext<double>{dim});
    }
    return find_entry(move_catalogue(), "moves", type)
        .make<double>(Json{{"n_steps", n_steps}, {"adapt", adapt}, {"step_size", step_size}},
                      MoveContext<double>{dim});
}

/// A sampler on a path with the identity kernel.
inline SamplerContext<double> context_on(std::shared_ptr<const DensityPath<double>> path,
                                         std::shared_ptr<const Move<double>> move, std::uint64_t seed,
                                         int replicate = 0) {
    SamplerContext<double> context;
    context.path = path;
    context.kernel = find_entry(kernel_catalogue(), "kernel", "none")
                         .make<double>(Json::object(), KernelContext<double>{path, {}});
    context.move = move;
    context.key.seed = seed;
    context.key.replicate = static_cast<std::uint32_t>(replicate);
    return context;
}

inline std::shared_ptr<AnnealedSampler<double>> run(const std::string& type, const Json& settings,
                                                    const SamplerContext<double>& context) {
    const auto sampler = find_entry(sampler_catalogue(), "sampler", type).make<double>(settings, context);
    sampler->start();
    while (!sampler->finished()) {
        sampler->advance();
    }
    return sampler;
}

}  // namespace tempera::test
