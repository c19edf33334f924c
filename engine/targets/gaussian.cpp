// SPDX-License-Identifier: MIT
#include <Eigen/Eigenvalues>
#include <string>

#include "core/number.hpp"
#include "targets/mixture_build.hpp"
#include "targets/mixture_settings.hpp"
#include "targets/target.hpp"

namespace tempera {

namespace {

struct GaussianSettings {
    std::vector<double> mean{0, 0}, sigmas{1};
    std::vector<std::vector<double>> covariance;

    void describe(Describer& d) {
        d.numbers("mean", mean,
                  {.min = -largest_scale, .max = largest_scale, .help = "mean; its length is the dimension"});
        d.numbers("sigmas", sigmas,
                  {.min = least_scale,
                   .max = largest_scale,
                   .help = "standard deviations: one for all coordinates, or one each"});
        d.matrix("covariance", covariance, {.help = "covariance matrix, instead of sigmas"});
    }
    void check(const std::string& place, Problems& problems) const {
        if (mean.empty()) {
            problems.add(place + ".mean", "is empty; give one number per dimension");
        } else if (!covariance.empty()) {
            check_covariance(covariance, mean.size(), place + ".covariance", problems);
            if (sigmas != std::vector<double>{1}) {
                problems.add(place + ".sigmas", "covariance is given too; give one of the two");
            }
        } else if (sigmas.size() != 1 && sigmas.size() != mean.size()) {
            problems.add(place + ".sigmas", "has " + std::to_string(sigmas.size()) +
                                                " numbers but the mean has " + std::to_string(mean.size()) +
                                                "; give one for all, or one per coordinate");
        }
    }
};

Mixture gaussian_mixture_of(const GaussianSettings& s) {
    const Eigen::Index d = static_cast<Eigen::Index>(s.mean.size());
    const Eigen::VectorXd mean = Eigen::Map<const Eigen::VectorXd>(s.mean.data(), d);
    Eigen::MatrixXd covariance = Eigen::MatrixXd::Zero(d, d);
    for (Eigen::Index i = 0; i < d; ++i) {
        for (Eigen::Index j = 0; !s.covariance.empty() && j < d; ++j) {
            covariance(i, j) = 0.5 * (s.covariance[i][j] + s.covariance[j][i]);
        }
        if (s.covariance.empty()) {
            const double sigma = s.sigmas[s.sigmas.size() == 1 ? 0 : i];
            covariance(i, i) = sigma * sigma;
        }
    }
    return build_mixture({1.0}, {mean}, {covariance});
}

template <class Real>
class Gaussian final : public MixtureTarget<Real> {
public:
    Gaussian(const GaussianSettings& s, const TargetContext<Real>&)
        : MixtureTarget<Real>(gaussian_mixture_of(s)) {}
};

}  // namespace

TargetEntry gaussian_target() {
    return target_entry<Gaussian, GaussianSettings>("gaussian", "one Gaussian, log Z = 0");
}

}  // namespace tempera
