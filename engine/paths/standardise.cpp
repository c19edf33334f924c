// SPDX-License-Identifier: MIT
#include "paths/standardise.hpp"

#include <cmath>

#include "core/errors.hpp"
#include "core/scratch.hpp"

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

/// Density of y = (x - shift) / scale for x with the target's density: the Jacobian scale^dim is included.
template <class Real>
class StandardisedDensity final : public Density<Real> {
public:
    StandardisedDensity(std::shared_ptr<const Target<Real>> target, const Affine& affine)
        : target_(std::move(target)), scale_(static_cast<Real>(affine.scale)),
          log_jacobian_(static_cast<Real>(target_->dim() * std::log(affine.scale))) {
        for (double s : affine.shift) {
            shift_.push_back(static_cast<Real>(s));
        }
    }
    int dim() const override { return target_->dim(); }
    bool has_hessian() const override { return target_->has_hessian(); }
    bool has_log_density() const override { return target_->has_log_density(); }

protected:
    void evaluate_block(Block<const Real> y, const Wanted<Real>& wanted) const override {
        Scratch frame;
        Tally already_counted;
        const int d = dim();
        target_->evaluate(to_target(y, frame), wanted, already_counted);
        for (int lane = 0; wanted.log_density && lane < y.lanes(); ++lane) {
            wanted.log_density[lane] += log_jacobian_;
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
        Tally already_counted;
        target_->hessian_vector(to_target(y, frame), v, out, already_counted);
        scale_rows(out.data, dim(), scale_ * scale_, y.lanes());
    }

private:
    static void scale_rows(Real* rows, int n_rows, Real factor, int lanes) {
        for (int i = 0; i < n_rows; ++i) {
            Real* row = rows + static_cast<std::ptrdiff_t>(i) * block_size;
            for (int lane = 0; lane < lanes; ++lane) {
                row[lane] *= factor;
            }
        }
    }
    Block<Real> to_target(Block<const Real> y, Scratch& frame) const {
        const Block<Real> x{frame.take<Real>(static_cast<std::size_t>(dim()) * block_size), dim(), y.n};
        for (int i = 0; i < dim(); ++i) {
            for (int lane = 0; lane < y.lanes(); ++lane) {
                x(i, lane) = shift_[i] + scale_ * y(i, lane);
            }
        }
        return x;
    }

    std::shared_ptr<const Target<Real>> target_;
    std::vector<Real> shift_;
    Real scale_, log_jacobian_;
};

}  // namespace

template <class Real>
Affine affine_of(const Target<Real>& target, bool standardise) {
    Affine out{Eigen::VectorXd::Zero(target.dim()), 1.0};
    if (!standardise) {
        return out;
    }
    const auto mean = target.mean();
    const auto covariance = target.covariance();
    if (!mean || !covariance) {
        throw ConfigError("path.standardise", "true needs the target's mean and covariance, which are not "
                                              "known for this target; set it to false");
    }
    const double variance = covariance->trace() / target.dim();
    if (!mean->allFinite() || !std::isfinite(variance) || !(variance > 0)) {
        throw ConfigError(
            "path.standardise",
            "true needs a finite mean and a positive finite variance of the target; set it to false");
    }
    return {*mean, std::sqrt(variance)};
}

template <class Real>
std::shared_ptr<const Density<Real>> make_standardised_density(std::shared_ptr<const Target<Real>> target,
                                                               const Affine& affine) {
    if (target->mixture()) {
        return make_mixture_density<Real>(target->mixture()->standardised(affine.shift, affine.scale));
    }
    if (affine.scale == 1 && affine.shift.isZero(0)) {
        return target;
    }
    return std::make_shared<StandardisedDensity<Real>>(std::move(target), affine);
}

template Affine affine_of<float>(const Target<float>&, bool);
template Affine affine_of<double>(const Target<double>&, bool);
template std::shared_ptr<const Density<float>>
make_standardised_density<float>(std::shared_ptr<const Target<float>>, const Affine&);
template std::shared_ptr<const Density<double>>
make_standardised_density<double>(std::shared_ptr<const Target<double>>, const Affine&);

}  // namespace tempera
