// SPDX-License-Identifier: MIT
// Any target at a temperature T: its density to the power 1/T.
#include <cmath>
#include <numbers>

#include "targets/target.hpp"

namespace tempera {

namespace {

/// One Gaussian stays one: its variances grow by T, and its integral is that of (Z N(x; m, S))^(1/T).
std::optional<Mixture> mixture_at(const Mixture* mixture, double temperature) {
    if (!mixture || mixture->size() != 1) {
        return {};
    }
    Mixture out = *mixture;
    Mixture::Component& c = out.components.front();
    const double log_volume =
        mixture->dim() * std::log(2 * std::numbers::pi) + c.eigenvalues.array().log().sum();
    out.log_z = out.log_z / temperature + 0.5 * (1 - 1 / temperature) * log_volume +
                0.5 * mixture->dim() * std::log(temperature);
    c.eigenvalues *= temperature;
    return out;
}

template <class Real>
class AtTemperature final : public Target<Real> {
public:
    AtTemperature(std::shared_ptr<const Target<Real>> target, double temperature)
        : target_(std::move(target)), temperature_(temperature), beta_(static_cast<Real>(1 / temperature)),
          mixture_(mixture_at(target_->mixture(), temperature)) {}

    int dim() const override { return target_->dim(); }
    bool has_hessian() const override { return target_->has_hessian(); }
    bool has_log_density() const override { return target_->has_log_density(); }
    std::optional<double> log_z() const override {
        return mixture_ ? std::optional(mixture_->log_z) : std::nullopt;
    }
    const Mixture* mixture() const override { return mixture_ ? &*mixture_ : nullptr; }
    std::shared_ptr<const Isometry> subspace() const override { return target_->subspace(); }

    int n_modes() const override { return target_->n_modes(); }
    std::vector<std::string> mode_names() const override { return target_->mode_names(); }
    std::vector<double> mode_weights() const override {
        return mixture_ ? target_->mode_weights() : std::vector<double>();
    }
    std::vector<double> mode_responsibilities(const std::vector<double>& x) const override {
        return target_->mode_responsibilities(x);
    }
    std::optional<ParticleLayout> particles() const override { return target_->particles(); }
    bool particle_energies(Block<const Real> x, Block<double> out) const override {
        return target_->particle_energies(x, out);
    }
    int lattice() const override { return target_->lattice(); }
    std::shared_ptr<const Target<double>> in_double() const override {
        const auto target = target_->in_double();
        return target ? std::make_shared<AtTemperature<double>>(target, temperature_) : nullptr;
    }
    std::vector<Observable> observables() const override {
        std::vector<Observable> out = target_->observables();
        for (Observable& o : out) {
            o.exact.reset();
        }
        return out;
    }
    std::optional<double> temperature() const override {
        const auto own = target_->temperature();
        return own ? std::optional(*own * temperature_) : std::nullopt;
    }
    void observe(Block<const Real> x, Block<double> out) const override { target_->observe(x, out); }

    double local_variance() const override { return temperature_ * target_->local_variance(); }
    Eigen::MatrixXd view_plane() const override { return target_->view_plane(); }
    Box view_box() const override { return mixture_ ? Target<Real>::view_box() : target_->view_box(); }

protected:
    void evaluate_block(Block<const Real> x, const Wanted<Real>& wanted) const override {
        target_->evaluate_uncounted(x, wanted);
        scale(wanted.log_density, 1, x.lanes());
        scale(wanted.score, dim(), x.lanes());
        scale(wanted.hessian, dim() * dim(), x.lanes());
    }
    void hessian_vector_block(Block<const Real> x, Block<const Real> v, Block<Real> out) const override {
        target_->hessian_vector_uncounted(x, v, out);
        scale(out.data, dim(), x.lanes());
    }

private:
    void scale(Real* rows, int n_rows, int lanes) const {
        for (int i = 0; rows && i < n_rows; ++i) {
            Real* row = rows + static_cast<std::ptrdiff_t>(i) * block_size;
            for (int lane = 0; lane < lanes; ++lane) {
                row[lane] *= beta_;
            }
        }
    }

    std::shared_ptr<const Target<Real>> target_;
    double temperature_;
    Real beta_;
    std::optional<Mixture> mixture_;
};

}  // namespace

template <class Real>
std::shared_ptr<Target<Real>> at_temperature(std::shared_ptr<Target<Real>> target, double temperature) {
    if (temperature == 1) {
        return target;
    }
    return std::make_shared<AtTemperature<Real>>(std::move(target), temperature);
}

template std::shared_ptr<Target<float>> at_temperature(std::shared_ptr<Target<float>>, double);
template std::shared_ptr<Target<double>> at_temperature(std::shared_ptr<Target<double>>, double);

}  // namespace tempera
