// SPDX-License-Identifier: MIT
// Small mixtures of equal weights in the plane, as used to compare samplers (Song et al. 2017, arXiv
// 1706.07561, and later work).
#include <cmath>
#include <numbers>
#include <utility>

#include "targets/target.hpp"

namespace tempera {

namespace {

struct NoSettings {
    void describe(Describer&) {}
};

struct Centre {
    double x, y, variance;
};

Mixture equal_mixture(const std::vector<Centre>& centres) {
    Mixture m;
    for (const Centre& c : centres) {
        m.components.push_back({1.0 / static_cast<double>(centres.size()), Eigen::Vector2d(c.x, c.y),
                                Eigen::VectorXd::Constant(2, c.variance), Eigen::MatrixXd::Identity(2, 2)});
    }
    return m;
}

Mixture hexagon() {
    std::vector<Centre> centres;
    for (int i = 0; i < 6; ++i) {
        centres.push_back(
            {5 * std::cos(i * std::numbers::pi / 3), 5 * std::sin(i * std::numbers::pi / 3), 0.1});
    }
    return equal_mixture(centres);
}

Mixture grid() {
    std::vector<Centre> centres;
    for (int i = 0; i < 9; ++i) {
        centres.push_back({5.0 * (i % 3 - 1), 5.0 * (1 - i / 3), 0.3});
    }
    return equal_mixture(centres);
}

template <class Real>
class Mog2 final : public MixtureTarget<Real> {
public:
    Mog2(const NoSettings&, const TargetContext<Real>&)
        : MixtureTarget<Real>(equal_mixture({{-5, 0, 0.5}, {5, 0, 0.5}})) {}
};

template <class Real>
class Mog2i final : public MixtureTarget<Real> {
public:
    Mog2i(const NoSettings&, const TargetContext<Real>&)
        : MixtureTarget<Real>(equal_mixture({{-5, 0, 1.5}, {5, 0, 0.3}})) {}
};

template <class Real>
class Mog6 final : public MixtureTarget<Real> {
public:
    Mog6(const NoSettings&, const TargetContext<Real>&) : MixtureTarget<Real>(hexagon()) {}
};

template <class Real>
class Mog9 final : public MixtureTarget<Real> {
public:
    Mog9(const NoSettings&, const TargetContext<Real>&) : MixtureTarget<Real>(grid()) {}
};

template <template <class> class Method>
TargetEntry mog_entry(const char* name, const char* summary) {
    return target_entry<Method, NoSettings>(name, summary);
}

}  // namespace

TargetEntry mog2_target() { return mog_entry<Mog2>("mog2", "two equal Gaussians 10 apart, variance 0.5"); }
TargetEntry mog2i_target() {
    return mog_entry<Mog2i>("mog2i", "two Gaussians 10 apart, variances 1.5 and 0.3");
}
TargetEntry mog6_target() { return mog_entry<Mog6>("mog6", "six Gaussians on a hexagon, variance 0.1"); }
TargetEntry mog9_target() { return mog_entry<Mog9>("mog9", "nine Gaussians on a grid, variance 0.3"); }

}  // namespace tempera
