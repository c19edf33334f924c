// SPDX-License-Identifier: MIT
#include "paths/path_coordinates.hpp"

#include <cmath>

#include "core/errors.hpp"
#include "core/scratch.hpp"
#include "paths/particle_pilot.hpp"

namespace tempera {

void describe_levels(Describer& d, int& n_levels, bool& standardise) {
    d.integer("n_levels", n_levels,
              {.min = 1,
               .max = 100000,
               .log_scale = true,
               .help = "number of steps from the reference to the target"});
    d.boolean("standardise", standardise,
              {.help = "map the target to zero mean and unit average variance first"});
}

namespace {

template <class Real>
void scale_rows(Real* rows, int n_rows, Real factor, int lanes) {
    for (int i = 0; i < n_rows; ++i) {
        Real* row = rows + static_cast<std::ptrdiff_t>(i) * block_size;
        for (int lane = 0; lane < lanes; ++lane) {
            row[lane] *= factor;
        }
    }
}

template <class Real>
Block<Real> take_block(Scratch& frame, int dim, int n) {
    return {frame.take<Real>(static_cast<std::size_t>(dim) * block_size), dim, n};
}

/// Density of y for x = shift + scale B y with the target's density: the Jacobian scale^dim is included,
/// gradients are pulled back by scale B^T.
template <class Real>
class DensityInCoordinates final : public Density<Real> {
public:
    DensityInCoordinates(std::shared_ptr<const Target<Real>> target, const Coordinates& coordinates)
        : target_(std::move(target)), coordinates_(coordinates),
          scale_(static_cast<Real>(coordinates.scale())),
          log_volume_(static_cast<Real>(coordinates.log_volume())) {}
    int dim() const override { return coordinates_.dim(); }
    bool has_hessian() const override { return target_->has_hessian(); }
    bool has_log_density() const override { return target_->has_log_density(); }

protected:
    void evaluate_block(Block<const Real> y, const Wanted<Real>& wanted) const override {
        Scratch frame;
        const int d = dim();
        coordinates_.basis() ? evaluate_in_subspace(y, wanted)
                             : target_->evaluate_uncounted(to_target(y, frame), wanted);
        for (int lane = 0; wanted.log_density && lane < y.lanes(); ++lane) {
            wanted.log_density[lane] += log_volume_;
        }
        if (wanted.score) {
            scale_rows(wanted.score, d, scale_, y.lanes());
        }
        if (wanted.hessian) {
            scale_rows(wanted.hessian, d * d, scale_ * scale_, y.lanes());
        }
    }
    void hessian_vector_block(Block<const Real> y, Block<const Real> v, Block<Real> out) const override {
        Scratch frame;
        const Block<const Real> x = to_target(y, frame);
        if (const Isometry* basis = coordinates_.basis()) {
            const Block<Real> direction = take_block<Real>(frame, x.dim, x.n),
                              product = take_block<Real>(frame, x.dim, x.n);
            basis->embed(v, direction);
            target_->hessian_vector_uncounted(x, direction, product);
            basis->project(product, out);
        } else {
            target_->hessian_vector_uncounted(x, v, out);
        }
        scale_rows(out.data, dim(), scale_ * scale_, y.lanes());
    }

private:
    Block<const Real> to_target(Block<const Real> y, Scratch& frame) const {
        const Block<Real> x = take_block<Real>(frame, target_->dim(), y.n);
        coordinates_.to_target(y, x);
        return x;
    }

    /// log density, B^T g and B^T H B of the target's score g and Hessian H.
    void evaluate_in_subspace(Block<const Real> y, const Wanted<Real>& wanted) const {
        Scratch frame;
        const Isometry& basis = *coordinates_.basis();
        const int full = target_->dim(), d = dim();
        const Block<const Real> x = to_target(y, frame);
        const Block<Real> score = wanted.score ? take_block<Real>(frame, full, y.n) : Block<Real>{},
                          hessian =
                              wanted.hessian ? take_block<Real>(frame, full * full, y.n) : Block<Real>{};
        target_->evaluate_uncounted(x, {wanted.log_density, score.data, hessian.data});
        if (wanted.score) {
            basis.project(score, Block<Real>{wanted.score, d, y.n});
        }
        if (!wanted.hessian) {
            return;
        }
        const Block<Real> half = take_block<Real>(frame, d * full, y.n);  // (H B)^T
        const Block<Real> row = take_block<Real>(frame, d, y.n);
        for (int i = 0; i < full; ++i) {
            basis.project(Block<Real>{hessian.row(i * full), full, y.n}, row);
            for (int j = 0; j < d; ++j) {
                std::copy_n(row.row(j), y.lanes(), half.row(j * full + i));
            }
        }
        for (int j = 0; j < d; ++j) {
            basis.project(
                Block<Real>{half.row(j * full), full, y.n},
                Block<Real>{wanted.hessian + static_cast<std::ptrdiff_t>(j) * d * block_size, d, y.n});
        }
    }

    std::shared_ptr<const Target<Real>> target_;
    Coordinates coordinates_;
    Real scale_, log_volume_;
};

}  // namespace

double average_variance(const Eigen::MatrixXd& covariance, const Coordinates& coordinates) {
    const Eigen::MatrixXd half = coordinates.project_rows(covariance).transpose();
    return coordinates.project_rows(half).trace() / coordinates.dim();
}

template <class Real>
Coordinates coordinates_of(const Target<Real>& target, bool standardise) {
    Coordinates plain(Eigen::VectorXd::Zero(target.dim()), 1.0, target.subspace());
    if (!standardise) {
        return plain;
    }
    if (target.particles()) {
        if (const auto variance = pilot_variance(target.in_double())) {
            return {plain.shift(), std::sqrt(*variance), target.subspace()};
        }
    }
    const auto mean = target.mean();
    const auto covariance = target.covariance();
    if (!mean || !covariance) {
        throw ConfigError("path.standardise", "true needs the target's mean and covariance, which are not "
                                              "known for this target; set it to false");
    }
    const double variance = average_variance(*covariance, plain);
    if (!mean->allFinite() || !std::isfinite(variance) || !(variance > 0)) {
        throw ConfigError(
            "path.standardise",
            "true needs a finite mean and a positive finite variance of the target; set it to false");
    }
    return {*mean, std::sqrt(variance), target.subspace()};
}

template <class Real>
std::optional<Mixture> mixture_in_coordinates(const Target<Real>& target, const Coordinates& coordinates) {
    return target.mixture()
               ? std::optional(target.mixture()->standardised(coordinates.shift(), coordinates.scale()))
               : std::nullopt;
}

template <class Real>
std::shared_ptr<const Density<Real>> density_in_coordinates(std::shared_ptr<const Target<Real>> target,
                                                            const Coordinates& coordinates) {
    if (const auto mixture = mixture_in_coordinates<Real>(*target, coordinates)) {
        return make_mixture_density<Real>(*mixture);
    }
    if (coordinates.is_identity()) {
        return target;
    }
    return std::make_shared<DensityInCoordinates<Real>>(std::move(target), coordinates);
}

template <class Real>
Block<double> sample_in_coordinates(const Target<Real>& target, const Coordinates& coordinates,
                                    const StreamKey& key, std::uint32_t first, int n, Scratch& frame) {
    const Block<double> y = take_block<double>(frame, coordinates.dim(), n);
    Scratch inner;
    const Block<Real> x = take_block<Real>(inner, target.dim(), n);
    target.sample(key, first, x);
    coordinates.from_target<Real>(x, y);
    return y;
}

#define TEMPERA_INSTANTIATE(Real)                                                                            \
    template Coordinates coordinates_of(const Target<Real>&, bool);                                          \
    template std::optional<Mixture> mixture_in_coordinates(const Target<Real>&, const Coordinates&);         \
    template Block<double> sample_in_coordinates(const Target<Real>&, const Coordinates&, const StreamKey&,  \
                                                 std::uint32_t, int, Scratch&);                              \
    template std::shared_ptr<const Density<Real>> density_in_coordinates(                                    \
        std::shared_ptr<const Target<Real>>, const Coordinates&);
TEMPERA_INSTANTIATE(float)
TEMPERA_INSTANTIATE(double)
#undef TEMPERA_INSTANTIATE

}  // namespace tempera
