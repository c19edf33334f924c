// SPDX-License-Identifier: MIT
#include "run/experiment/experiment.hpp"

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
std::shared_ptr<TransitionKernel<Real>> kernel_on(const Json& resolved,
                                                  std::shared_ptr<const DensityPath<Real>> path) {
    KernelContext<Real> context;
    context.path = std::move(path);
    context.key = run_key(resolved, 0);
    return make_section<TransitionKernel<Real>, KernelContext, Real>(kernel_catalogue(), "kernel", resolved,
                                                                     context);
}

template <class Real>
std::shared_ptr<Move<Real>> move_on(const Json& resolved, const DensityPath<Real>& path) {
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
    context.model = resolved["model"];
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
    pilot.kernel_order = kernel_order(resolved["kernel"]);
    pilot.n_levels = n_levels;
    pilot.rho = rho;
    pilot.key = run_key(resolved, 0);
    pilot.check_stop = [&stop] { check_stop(stop); };
    return adapt_schedule(pilot, &report);
}

}  // namespace

template <class Real>
std::shared_ptr<AnnealedSampler<Real>> Experiment<Real>::make_sampler(int replicate) const {
    SamplerContext<Real> context;
    context.path = path;
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
std::shared_ptr<TransitionKernel<Real>> Experiment<Real>::make_kernel(const Json& resolved) const {
    return kernel_on<Real>(resolved, path);
}

template <class Real>
std::shared_ptr<Move<Real>> Experiment<Real>::make_move(const Json& resolved) const {
    return move_on<Real>(resolved, *path);
}

template <class Real>
Experiment<Real> build_path(const Json& resolved, std::stop_token stop,
                            std::shared_ptr<const NetworkWeights> weights) {
    const StopScope scope(&stop);
    Experiment<Real> e;
    e.preset = resolved;
    e.target = preset_target<Real>(resolved);
    check_memory(resolved, e.target->dim(), e.target->mixture());
    check_stop(stop);
    const Schedule schedule = schedule_of<Real>(resolved, e.target, stop, weights, e.pilot);
    check_stop(stop);
    e.path = path_with<Real>(resolved, e.target, schedule, weights);
    return e;
}

template <class Real>
Experiment<Real> build_experiment(const Json& resolved, std::stop_token stop) {
    const StopScope scope(&stop);
    Experiment<Real> e = build_path<Real>(resolved, stop);
    check_stop(stop);
    e.kernel = e.make_kernel(resolved);
    e.move = e.make_move(resolved);
    check_stop(stop);
    e.learned = learned_evidence(*e.path, run_key(resolved, 0), stop);
    check_stop(stop);
    if (e.move->adapt() && e.move->n_steps() > 0 && resolved["sampler"]["type"] != "replica_exchange") {
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
template Experiment<float> build_path<float>(const Json&, std::stop_token,
                                             std::shared_ptr<const NetworkWeights>);
template Experiment<double> build_path<double>(const Json&, std::stop_token,
                                               std::shared_ptr<const NetworkWeights>);
template Experiment<float> build_experiment<float>(const Json&, std::stop_token);
template Experiment<double> build_experiment<double>(const Json&, std::stop_token);

}  // namespace tempera
