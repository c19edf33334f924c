// SPDX-License-Identifier: MIT
// The 40-mode mixture of Midgley et al. (2023, arXiv 2208.01893): equal weights, standard deviation
// softplus(1), means uniform in [-40, 40]^2 as torch.manual_seed(0) draws them.
#include <cmath>
#include <numbers>
#include <random>

#include "targets/target.hpp"

namespace tempera {

namespace {

struct Gmm40Settings {
    void describe(Describer&) {}
};

Mixture gmm40_mixture() {
    constexpr int n_modes = 40;
    const double sigma = std::log1p(std::numbers::e);
    std::mt19937 words(0);
    // The generator's float32 uniforms, in the order x0, y0, x1, y1, ...; the products are float32 as well.
    const auto coordinate = [&] {
        const float u = static_cast<float>(words() & 0xFFFFFFu) * 0x1p-24f;
        return static_cast<double>((u - 0.5f) * 2.0f * 40.0f);
    };
    Mixture m;
    for (int c = 0; c < n_modes; ++c) {
        Eigen::VectorXd mean(2);
        mean(0) = coordinate();
        mean(1) = coordinate();
        m.components.push_back({1.0 / n_modes, mean, Eigen::VectorXd::Constant(2, sigma * sigma),
                                Eigen::MatrixXd::Identity(2, 2)});
    }
    return m;
}

template <class Real>
class Gmm40 final : public MixtureTarget<Real> {
public:
    Gmm40(const Gmm40Settings&, const TargetContext<Real>&) : MixtureTarget<Real>(gmm40_mixture()) {}
};

}  // namespace

TargetEntry gmm40_target() {
    return target_entry<Gmm40, Gmm40Settings>("gmm40",
                                              "40 equal Gaussians scattered in the plane, log Z = 0");
}

}  // namespace tempera
