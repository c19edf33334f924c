// SPDX-License-Identifier: MIT
#include "run/background/learned_maps.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>

#include "core/parallel.hpp"
#include "diagnostics/learned_marginal.hpp"
#include "run/background/latest_job.hpp"
#include "run/experiment/experiment.hpp"
#include "run/preset/preset_files.hpp"

namespace tempera {
namespace {

struct LearnedRequest {
    Json resolved;
    std::shared_ptr<const NetworkWeights> weights;
    std::string key, path;
    long step = -1;
};
using Job = LatestJob<LearnedRequest, LearnedMaps>;
using Clock = std::chrono::steady_clock;

/// While a network learns, its pictures must keep up with it: coarser ones, of fewer levels first.
struct Effort {
    int resolution, n_samples, n_levels_first;
};
Effort effort_of(const LearnedRequest& request) {
    return request.weights ? Effort{96, 1024, 17} : Effort{192, 4096, 33};
}

LearnedLevel unknown_level(int level, double rho) {
    const double none = std::numeric_limits<double>::quiet_NaN();
    return {level, rho, {}, none, none, none, none};
}

/// Gradients with respect to view coordinates at the nodes.
template <class Real>
void scores_on_nodes(const Density<Real>& density, const ViewPlane& plane, const ScoreField& nodes,
                     std::vector<float>& out_x, std::vector<float>& out_y, std::vector<float>* log_density) {
    Eigen::Matrix2d axes;
    for (int k = 0; k < 2; ++k) {
        for (int i = 0; i < 2; ++i) {
            axes(k, i) = plane.axis[static_cast<std::size_t>(k)][static_cast<std::size_t>(i)];
        }
    }
    const Eigen::Matrix2d back = axes.inverse();
    const Eigen::Vector2d shift(plane.shift[0], plane.shift[1]);
    const int n = nodes.nx * nodes.ny;
    out_x.resize(static_cast<std::size_t>(n)), out_y.resize(static_cast<std::size_t>(n));
    if (log_density) {
        log_density->resize(static_cast<std::size_t>(n));
    }
    const double dx = nodes.box.width() / nodes.nx, dy = nodes.box.height() / nodes.ny;
    parallel_for((n + block_size - 1) / block_size, [&](int b) {
        AlignedArray<Real> at(2 * block_size), score(2 * block_size), value(block_size);
        const Block<Real> x{at.data(), 2, std::min(block_size, n - b * block_size)};
        for (int lane = 0; lane < x.lanes(); ++lane) {
            const int i = std::min(b * block_size + lane, n - 1);
            const Eigen::Vector2d p(nodes.box.x_min + (i % nodes.nx + 0.5) * dx,
                                    nodes.box.y_min + (i / nodes.nx + 0.5) * dy);
            const Eigen::Vector2d y = (back * p - shift) / plane.scale;
            x(0, lane) = static_cast<Real>(y[0]), x(1, lane) = static_cast<Real>(y[1]);
        }
        density.evaluate_uncounted(x, {log_density ? value.data() : nullptr, score.data()});
        for (int lane = 0; lane < x.n; ++lane) {
            const auto i = static_cast<std::size_t>(b * block_size + lane),
                       l = static_cast<std::size_t>(lane);
            const Eigen::Vector2d s(static_cast<double>(score[l]),
                                    static_cast<double>(score[l + block_size]));
            const Eigen::Vector2d seen = back.transpose() * s / plane.scale;
            out_x[i] = static_cast<float>(seen[0]), out_y[i] = static_cast<float>(seen[1]);
            if (log_density) {
                (*log_density)[i] = static_cast<float>(value[l]);
            }
        }
    });
}

template <class Real>
std::shared_ptr<const ScoreField> score_field(const DensityPath<Real>& path, int level,
                                              const PathFrame& frame) {
    auto field = std::make_shared<ScoreField>();
    field->nx = field->ny = 32;
    field->box = frame.box;
    const bool inner = level > 0 && level < path.n_levels();
    scores_on_nodes<Real>(path.density(level), frame.plane, *field, field->learned_x, field->learned_y,
                          nullptr);
    if (!inner) {
        field->exact_x = field->learned_x, field->exact_y = field->learned_y;
    }
    if (const std::optional<Mixture> mixture = path.level_mixture(level)) {
        const auto exact = make_mixture_density<Real>(*mixture);
        std::vector<float> x, y;
        scores_on_nodes<Real>(*exact, frame.plane, *field, inner ? field->exact_x : x,
                              inner ? field->exact_y : y, &field->log_density);
    }
    return field;
}

/// One computation: fills `maps` level by level.
template <class Real>
class Painter {
public:
    Painter(const LearnedRequest& request, const Job::Context& context, LearnedMaps& maps)
        : request_(request), context_(context), effort_(effort_of(request)), maps_(maps),
          setup_(build_path<Real>(request.resolved, context.stop, request.weights)), path_(*setup_.path),
          frame_(path_frame(path_)) {
        key_.seed = request.resolved["run"]["seed"].template get<std::uint64_t>();
    }

    void run(const LearnedMaps* before) {
        if (!path_.learned()) {
            maps_.error = "The densities of this path are exact: nothing is learned. Choose path.type "
                          "learned_diffusion and a model.";
            return;
        }
        prepare(before);
        const std::vector<int> order = map_order(maps_.n_levels);
        const std::size_t n_first = thumbnail_levels(maps_.n_levels, n_thumbnails).size();
        for (std::size_t i = 0; i < n_first && !stopped(); ++i) {
            pictures(order[i]);
        }
        publish(true);
        if (!keep_levels_) {
            judge_all(thumbnail_levels(maps_.n_levels, n_thumbnails));
            publish(true);
        }
        judge_all(thumbnail_levels(maps_.n_levels, effort_.n_levels_first));
        maps_.levels = levels_;
        publish(true);
        for (std::size_t i = 0; i < order.size() && !may_stop(); ++i) {
            if (i >= n_first) {
                pictures(order[i]);
            }
            judge_all({order[i]});
            publish(false);
        }
        if (!may_stop()) {
            if (order.size() < levels_.size()) {
                fill_between(maps_.density);
                fill_between(maps_.difference);
                fill_between(maps_.scores);
            }
            maps_.levels = levels_;
            maps_.roughness = path_roughness(levels_);
            maps_.complete = true;
        }
    }

private:
    bool stopped() const { return context_.stop.stop_requested(); }
    bool may_stop() const { return stopped() || context_.superseded(); }

    /// A network in training replaces what it looked like some steps before, picture by picture.
    void prepare(const LearnedMaps* before) {
        maps_.n_levels = path_.n_levels();
        const std::size_t n = static_cast<std::size_t>(maps_.n_levels) + 1;
        keep_levels_ = before && before->density.size() == n;
        if (keep_levels_) {
            maps_.density = before->density, maps_.difference = before->difference;
            maps_.scores = before->scores, maps_.levels = before->levels;
            maps_.roughness = before->roughness;
        } else {
            maps_.density.resize(n), maps_.difference.resize(n), maps_.scores.resize(n);
        }
        for (int level = 0; level <= maps_.n_levels; ++level) {
            levels_.push_back(unknown_level(level, path_.position(level).rho));
        }
    }

    void pictures(int level) {
        const auto l = static_cast<std::size_t>(level);
        const int n = effort_.resolution;
        const bool inner = level > 0 && level < maps_.n_levels;
        Grid exact = exact_level_density(path_, level, frame_.plane, frame_.box, n, n);
        if (exact.nx > 0) {
            normalise(exact);
        }
        Grid learned;
        if (!inner) {
            learned = exact;
        } else if (path_.has_level_densities() && path_.dim() == 2) {
            learned = level_density(path_, level, frame_.plane, frame_.box, n, n);
        } else if (path_.has_level_densities() && path_.level_mixture(level)) {
            learned = learned_marginal(path_, level, exact, frame_.plane,
                                       key_.with(Purpose::diagnostic, static_cast<std::uint32_t>(level), 1));
        }
        if (learned.nx > 0) {
            normalise(learned);
            maps_.difference[l] = exact.nx > 0 ? std::make_shared<Grid>(log_ratio(learned, exact)) : nullptr;
            maps_.density[l] = std::make_shared<Grid>(std::move(learned));
        }
        if (path_.dim() == 2) {
            maps_.scores[l] = score_field(path_, level, frame_);
        }
    }

    void judge_all(const std::vector<int>& wanted) {
        if (!path_.level_mixture(0)) {
            return;
        }
        for (int level : wanted) {
            LearnedLevel& at = levels_[static_cast<std::size_t>(level)];
            if (at.weights.empty() && !std::isfinite(at.score_error) && !stopped()) {
                at = learned_level(path_, level, key_, effort_.n_samples);
            }
        }
        if (!keep_levels_) {
            maps_.levels = levels_;
        }
    }

    void publish(bool now) {
        if (now || Clock::now() - last_ > std::chrono::milliseconds(150)) {
            context_.publish(std::make_shared<LearnedMaps>(maps_));
            last_ = Clock::now();
        }
    }

    const LearnedRequest& request_;
    const Job::Context& context_;
    Effort effort_;
    LearnedMaps& maps_;
    PathSetup<Real> setup_;
    const DensityPath<Real>& path_;
    PathFrame frame_;
    StreamKey key_;
    std::vector<LearnedLevel> levels_;
    bool keep_levels_ = false;  ///< of the steps before, until all of the first ones are there
    Clock::time_point last_ = Clock::now();
};

void compute(const LearnedRequest& request, const Job::Context& context,
             const std::shared_ptr<const LearnedMaps>& before) {
    LearnedMaps maps;
    maps.key = request.key;
    maps.step = request.step;
    maps.roughness = std::numeric_limits<double>::quiet_NaN();
    try {
        const Json& run = request.resolved["run"];
        if (request.weights || run.value("precision", "f64") == "f32") {
            Painter<float>(request, context, maps).run(before.get());
        } else {
            Painter<double>(request, context, maps).run(before.get());
        }
    } catch (const Stopped&) {
        return;
    } catch (const std::exception& e) {
        maps.error = e.what();
    }
    context.publish(std::make_shared<LearnedMaps>(std::move(maps)));
}

std::string path_text(const Json& resolved) {
    Json parts = Json::object();
    for (const char* section : {"target", "path"}) {
        parts[section] = resolved.value(section, Json());
    }
    return parts.dump();
}

/// Of everything that a model's maps depend on; a file that is written anew is another model.
std::string model_text(const Json& resolved) {
    const Json model = resolved.value("model", Json::object());
    std::string text = model.dump() + resolved["run"].dump();
    std::error_code none;
    const std::string file = model.value("file", "");
    if (!file.empty()) {
        const auto time = std::filesystem::last_write_time(find_file(resolved, file), none);
        text += none ? "" : " " + std::to_string(time.time_since_epoch().count());
    }
    return text;
}

}  // namespace

struct LearnedMapper::Implementation {
    // The caller's.
    std::string path_asked, key_asked;
    long step_asked = -1;
    // The thread's own: what the maps of a network in training carry on from.
    std::string path_before;
    std::shared_ptr<const LearnedMaps> before;
    Job job{[this](const LearnedRequest& request, const Job::Context& context) { work(request, context); }};

    void work(const LearnedRequest& request, const Job::Context& context) {
        const bool goes_on = request.weights && request.path == path_before && before && before->step >= 0;
        Job::Context kept = context;
        kept.publish = [&](std::shared_ptr<const LearnedMaps> maps) {
            before = maps;
            path_before = request.path;
            context.publish(std::move(maps));
        };
        compute(request, kept, goes_on ? before : nullptr);
    }
};

LearnedMapper::LearnedMapper() : self_(std::make_unique<Implementation>()) {}
LearnedMapper::~LearnedMapper() = default;

void LearnedMapper::request(const Json& resolved, std::shared_ptr<const NetworkWeights> weights, long step) {
    LearnedRequest request;
    request.resolved = resolved;
    request.path = path_text(resolved);
    request.key =
        request.path + "\n" + path_key(resolved) + model_text(resolved) + " " + std::to_string(step);
    request.weights = std::move(weights);
    request.step = step;
    // Steps of one training wait for the pictures of an earlier step; anything else replaces them.
    const std::shared_ptr<const LearnedMaps> shown = self_->job.latest();
    const bool same_training =
        request.weights && shown && shown->step >= 0 && request.path == self_->path_asked;
    self_->path_asked = request.path;
    self_->key_asked = request.key;
    self_->step_asked = step;
    self_->job.request(self_->key_asked, std::move(request), same_training);
}

std::shared_ptr<const LearnedMaps> LearnedMapper::latest() const {
    std::shared_ptr<const LearnedMaps> maps = self_->job.latest();
    const bool earlier_step =
        maps && maps->step >= 0 && self_->step_asked >= 0 && maps->key.starts_with(self_->path_asked + "\n");
    return maps && (maps->key == self_->key_asked || earlier_step) ? maps : nullptr;
}

void LearnedMapper::set_on_publish(std::function<void()> callback) {
    self_->job.set_on_publish(std::move(callback));
}

}  // namespace tempera
