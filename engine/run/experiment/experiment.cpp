// SPDX-License-Identifier: MIT
#include "run/experiment/experiment.hpp"

#include "models/weights.hpp"
#include "paths/schedule.hpp"
#include "run/experiment/memory.hpp"
#include "run/preset/preset_schema.hpp"
#include "run/preset/preset_target.hpp"
#include "samplers/pilots/adaptive_schedule.hpp"
#include "samplers/pilots/move_tuning.hpp"
#include "torch/torchscript.hpp"

namespace tempera {

void check_stop(const std::stop_token& stop) {
    if (stop.stop_requested()) {
        throw Stopped{};
    }
}

namespace {

StreamKey run_key(const Json& resolved, int replicate) {
    StreamKey key;
    key.seed = resolved["run"]["seed"].get<std::uint64_t>();
    key.replicate = static_cast<std::uint32_t>(replicate);
    return key;
}

template <class Base, template <class> class Context, class Real, class E>
std::shared_ptr<Base> make_section(const std::vector<E>& catalogue, const char* section, const Json& resolved,
                                   const Context<Real>& context) {
    const Json& settings = resolved[section];
    const E& entry = find_entry(catalogue, section, settings["type"].get<std::string>());
    return entry.template make<Real>(known_settings(settings, entry.info.fields), context);
}

template <class Real>
std::shared_ptr<const TransitionKernel<Real>> kernel_on(const Json& resolved,
                                                        std::shared_ptr<const DensityPath<Real>> path) {
    KernelContext<Real> context;
    context.path = std::move(path);
    context.key = run_key(resolved, 0);
    return make_section<TransitionKernel<Real>, KernelContext, Real>(kernel_catalogue(), "kernel", resolved,
                                                                     context);
}

template <class Real>
std::shared_ptr<const Move<Real>> move_on(const Json& resolved, const DensityPath<Real>& path) {
    MoveContext<Real> context;
    context.dim = path.dim();
    return make_section<Move<Real>, MoveContext, Real>(move_catalogue(), "moves", resolved, context);
}

template <class Real>
std::shared_ptr<DensityPath<Real>> path_with(const Json& resolved, std::shared_ptr<const Target<Real>> target,
                                             const Schedule& schedule,
                                             const std::shared_ptr<const NetworkWeights>& weights) {
    const bool rho = path_uses_rho(resolved["path"]["type"].get<std::string>());
    Json with_levels = resolved;
    with_levels["path"]["n_levels"] = rho ? schedule.size() : schedule.size() - 1;
    PathContext<Real> context;
    context.target = std::move(target);
    context.schedule = schedule;
    context.model = model_in_use(resolved);
    context.weights = weights;
    context.load_torchscript = torchscript_loader<Real>();
    context.seed = resolved["run"]["seed"].get<std::uint64_t>();
    return make_section<DensityPath<Real>, PathContext, Real>(path_catalogue(), "path", with_levels, context);
}

template <class Real>
Schedule schedule_of(const Json& resolved, std::shared_ptr<const Target<Real>> target,
                     const std::stop_token& stop, const std::shared_ptr<const NetworkWeights>& weights,
                     PilotReport& report) {
    const Json& section = resolved["path"];
    const Json& settings = section["schedule"];
    const ScheduleEntry& entry = find_schedule(settings["type"].get<std::string>());
    const bool rho = path_uses_rho(section["type"].get<std::string>());
    const int n_levels = section.contains("n_levels") ? section["n_levels"].get<int>() : 0;
    if (!entry.adaptive) {
        return entry.make(settings, n_levels, rho);
    }
    PilotProblem<Real> pilot;
    pilot.make_path = [&](const Schedule& s) { return path_with<Real>(resolved, target, s, weights); };
    pilot.make_kernel = [&](std::shared_ptr<const DensityPath<Real>> path) {
        return kernel_on<Real>(resolved, std::move(path));
    };
    pilot.make_move = [&](std::shared_ptr<const DensityPath<Real>> path) {
        return move_on<Real>(resolved, *path);
    };
    pilot.schedule = settings;
    pilot.n_levels = n_levels;
    pilot.rho = rho;
    pilot.key = run_key(resolved, 0);
    pilot.check_stop = [&stop] { check_stop(stop); };
    return adapt_schedule(pilot, &report);
}

/// Noise levels that the network of a weights file has seen; 0, 0 where nobody knows.
std::array<double, 2> trained_noise(const Json& resolved) {
    const Json model = model_in_use(resolved);
    const std::string file = model.value("file", "");
    if (!model_info(model).trainable || file.empty()) {
        return {};
    }
    const NetworkWeights weights = read_network_weights(file, "model.file");
    return {weights.noise_min, weights.noise_max};
}

}  // namespace

template <class Real>
std::shared_ptr<AnnealedSampler<Real>> Experiment<Real>::make_sampler(int replicate) const {
    SamplerContext<Real> context;
    context.path = this->path;
    context.kernel = kernel;
    context.move = move;
    context.key = run_key(preset, replicate);
    context.record_genealogy = replicate == 0 && preset["run"]["record"]["genealogy"].get<bool>();
    context.move_factor = move_factor;
    return make_section<AnnealedSampler<Real>, SamplerContext, Real>(sampler_catalogue(), "sampler", preset,
                                                                     context);
}

template <class Real>
std::vector<double> Experiment<Real>::learned_weights(int level) const {
    return learned.levels.empty() ? std::vector<double>()
                                  : learned.levels.at(static_cast<std::size_t>(level)).weights;
}

template <class Real>
std::shared_ptr<const TransitionKernel<Real>> Experiment<Real>::make_kernel(const Json& resolved) const {
    return kernel_on<Real>(resolved, this->path);
}

template <class Real>
std::shared_ptr<const Move<Real>> Experiment<Real>::make_move(const Json& resolved) const {
    return move_on<Real>(resolved, *this->path);
}

template <class Real>
PathSetup<Real> build_path(const Json& resolved, std::stop_token stop,
                           std::shared_ptr<const NetworkWeights> weights) {
    const StopScope scope(&stop);
    PathSetup<Real> out;
    out.target = preset_target<Real>(resolved);
    check_memory(resolved, out.target->dim(), out.target->mixture());
    check_stop(stop);
    const Schedule schedule = schedule_of<Real>(resolved, out.target, stop, weights, out.pilot);
    check_stop(stop);
    out.path = path_with<Real>(resolved, out.target, schedule, weights);
    return out;
}

template <class Real>
Experiment<Real> build_experiment(const Json& resolved, std::stop_token stop) {
    const StopScope scope(&stop);
    Experiment<Real> e{build_path<Real>(resolved, stop), resolved, {}, {}, {}, {}, {}, {}};
    check_stop(stop);
    e.reference = load_reference(resolved, *e.target);
    e.kernel = e.make_kernel(resolved);
    e.move = e.make_move(resolved);
    check_stop(stop);
    e.trained_noise = e.path->learned() ? trained_noise(resolved) : e.trained_noise;
    e.learned = learned_evidence(*e.path, run_key(resolved, 0), stop);
    check_stop(stop);
    if (e.move->adapt() && e.move->n_steps() > 0 && !sampler_info(resolved["sampler"]).tunes_moves) {
        SamplerContext<Real> context;
        context.path = e.path;
        context.kernel = e.kernel;
        context.move = e.move;
        context.key = run_key(resolved, 0);
        e.move_factor = tune_moves<Real>(context, [&stop] { check_stop(stop); });
    }
    return e;
}

template struct Experiment<float>;
template struct Experiment<double>;
template PathSetup<float> build_path<float>(const Json&, std::stop_token,
                                            std::shared_ptr<const NetworkWeights>);
template PathSetup<double> build_path<double>(const Json&, std::stop_token,
                                              std::shared_ptr<const NetworkWeights>);
template Experiment<float> build_experiment<float>(const Json&, std::stop_token);
template Experiment<double> build_experiment<double>(const Json&, std::stop_token);

}  // namespace tempera
