// SPDX-License-Identifier: MIT
// One model trained from several seeds: do equal losses mean equal mode weights? Read from a table, or
// trained one after another on a background thread.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/settings.hpp"
#include "run/training/noise_level.hpp"
#include "run/work/runner.hpp"

namespace tempera {

/// One trained model in the plane of loss and implied weight.
struct SeedPoint {
    std::string losses;  ///< what it was trained with: "dsm", "dsm + diffclf"
    long seed = 0;
    double loss =
        NoiseLevel::unknown;  ///< denoising loss sigma^2 E|s - s(y | x_0)|^2, mean over noise levels
    double exact_loss = NoiseLevel::unknown;  ///< the same of the exact score: no model can have less
    std::vector<double> sigma, mass;          ///< mass of mode 1 that the log density implies
    /// At the noise level of the list nearest to `level` (in the logarithm); NaN where there is none.
    double mass_at(double level) const;
};

/// From levels with scores judged on exact samples: the denoising loss is dim - sigma^2 (E|s|^2 - E|s_theta -
/// s|^2), because E[z | y] = -sigma s(y).
SeedPoint seed_point(const std::string& losses, long seed, int dim, const std::vector<NoiseLevel>& levels);

/// Columns losses, seed, loss, exact_loss, then mass_<sigma> each; throws ConfigError.
std::vector<SeedPoint> read_seed_points(const std::filesystem::path& file);
/// The same of the text of such a file; errors name `place`.
std::vector<SeedPoint> seed_points_of(const std::string& text, const std::string& place);
std::string seed_points_csv(const std::vector<SeedPoint>& points);

/// Trains a preset's model from seed 1, 2, ... in the background.
class SeedStudy {
public:
    struct State final : WorkView {
        std::shared_ptr<WorkView> copy() const override { return std::make_shared<State>(*this); }
        int done = 0, wanted = 0;
        double fraction = 0;  ///< of all steps
        std::vector<SeedPoint> points;
        std::optional<SeedPoint> on_its_way;  ///< the seed in training, as it was judged last
    };

    // Commands return at once.
    /// A study in progress is given up.
    void start(const Json& resolved, int n_seeds);
    void cancel() { runner_.cancel(); }  ///< keeps the points that are there
    std::shared_ptr<const State> latest() const { return runner_.latest(); }  ///< never null
    void set_on_publish(std::function<void()> callback) { runner_.set_on_publish(std::move(callback)); }

private:
    RunnerOf<State, WorkResult> runner_;
};

}  // namespace tempera
