// SPDX-License-Identifier: MIT
#include "training/trainer.hpp"

#include <malloc.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "training/teacher.hpp"

namespace tempera::training {

namespace {

/// Every step needs the same tens of megabytes: given back to the system in between they would be mapped and
/// cleared anew, which took a third of a step of diffclf.
void keep_freed_memory() {
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 128 << 20);
}

}  // namespace

Trainer::Trainer(const TrainerSpec& spec, TrainingData data)
    : spec_(spec), data_(std::move(data)), noise_(spec.training.noise), net_([&] {
          NetSpec s = spec.net;
          s.noise_min = noise_.min, s.noise_max = noise_.max;
          return s;
      }()) {
    keep_freed_memory();
    if (data_.size() == 0) {
        throw ConfigError("model.training.data", "holds no points");
    }
    ObjectiveContext<float> context;
    context.has_energy = net_.has_energy();
    context.has_target = data_.target != nullptr;
    context.spec = net_.spec();
    for (std::size_t i = 0; i < spec.losses.size(); ++i) {
        names_.push_back(spec.losses[i].value("type", ""));
        terms_.push_back({names_.back(), make_loss(spec.losses, i, context)});
    }
    std::vector<double> start;
    initialise(net_.shape(), static_cast<std::uint64_t>(spec.training.seed), start);
    std::copy(start.begin(), start.end(), net_.parameters().begin());
    average_ = net_.parameters();
    first_.assign(average_.size(), 0.0F);
    second_.assign(average_.size(), 0.0F);
}

StreamKey Trainer::key_of(long step, std::size_t term) const {
    StreamKey key;
    key.seed = static_cast<std::uint64_t>(spec_.training.seed);
    return key.with(Purpose::training, static_cast<std::uint32_t>(term) + 256,
                    static_cast<std::uint32_t>(step));
}

double Trainer::learning_rate(long step) const {
    const double t = static_cast<double>(step);
    const std::string& schedule = spec_.training.schedule;
    if (schedule == "constant") {
        return spec_.training.learning_rate;
    }
    if (schedule == "cosine") {
        const double done = std::min(t / spec_.training.n_steps, 1.0);
        return spec_.training.learning_rate * 0.5 * (1 + std::cos(std::numbers::pi * done));
    }
    constexpr double flat = 400;  // steps near the full rate: part of what "inverse" means (its help says so)
    return spec_.training.learning_rate / std::sqrt(1 + t / flat * (t / flat));
}

/// Scales a gradient whose norm is above the limit; returns the norm before.
double Trainer::clip(Parameters<float>& gradient) const {
    const Eigen::Map<const Eigen::VectorXf> g(gradient.data(), static_cast<Eigen::Index>(gradient.size()));
    const double norm = std::sqrt(g.cast<double>().squaredNorm()), limit = spec_.training.gradient_clip;
    if (limit > 0 && norm > limit) {
        const float f = static_cast<float>(limit / norm);
        for (float& x : gradient) {
            x *= f;
        }
    }
    return norm;
}

/// Adds the gradient of loss i; returns the norm of its own gradient where that is limited, else 0.
double Trainer::add_loss(std::size_t i, StepLosses& out, Parameters<float>& gradient) {
    const Term& term = terms_[i];
    if (step_ < term.objective->warm_up()) {
        out.each.push_back(std::numeric_limits<double>::quiet_NaN());
        return 0;
    }
    if (step_ == term.objective->warm_up()) {
        term.objective->start(net_, data_, noise_, key_of(0xfffffff0L, i));
    }
    const Batch<float> batch{net_, data_, noise_, key_of(step_, i), spec_.training.batch_size};
    double norm = 0;
    if (spec_.training.clip_each) {
        Parameters<float> own(gradient.size(), 0.0F);
        out.each.push_back(term.objective->add_gradient(batch, term.objective->weight(), own));
        norm = clip(own);
        for (std::size_t j = 0; j < own.size(); ++j) {
            gradient[j] += own[j];
        }
    } else {
        out.each.push_back(term.objective->add_gradient(batch, term.objective->weight(), gradient));
    }
    out.total += term.objective->weight() * out.each.back();
    return norm;
}

StepLosses Trainer::step() {
    StepLosses out;
    out.step = step_ + 1;
    out.learning_rate = learning_rate(step_);
    Parameters<float> gradient(net_.parameters().size(), 0.0F);
    double own = 0;
    for (std::size_t i = 0; i < terms_.size(); ++i) {
        own = std::hypot(own, add_loss(i, out, gradient));
    }
    const bool each = spec_.training.clip_each;
    out.gradient_norm = each ? own : clip(gradient);
    if (!std::isfinite(out.total) || !std::isfinite(out.gradient_norm)) {
        throw NumericalError(
            "training diverged at step " + std::to_string(step_ + 1) + ": the loss is no number", 0, -1);
    }
    apply(out.learning_rate, gradient);
    ++step_;
    return out;
}

/// Adam (Kingma and Ba 2015) and the average of the weights, whose memory grows with the steps up to `ema`.
void Trainer::apply(double rate, Parameters<float>& gradient) {
    const double n = static_cast<double>(step_ + 1);
    const double correction = std::sqrt(1 - std::pow(0.999, n)) / (1 - std::pow(0.9, n));
    const float size = static_cast<float>(rate * correction);
    const float epsilon = static_cast<float>(1e-8 * std::sqrt(1 - std::pow(0.999, n)));
    const float decay = static_cast<float>(std::min(spec_.training.ema, (1 + n) / (10 + n)));
    float* p = net_.parameters().data();
    for (std::size_t i = 0; i < gradient.size(); ++i) {
        const float g = gradient[i];
        first_[i] = 0.9F * first_[i] + 0.1F * g;
        second_[i] = 0.999F * second_[i] + 0.001F * g * g;
        p[i] -= size * first_[i] / (std::sqrt(second_[i]) + epsilon);
        average_[i] = decay * average_[i] + (1 - decay) * p[i];
    }
}

NetworkWeights Trainer::weights() const { return export_weights(net_, average_); }

Net<float> Trainer::averaged() const {
    Net<float> net = net_;
    net.parameters() = average_;
    return net;
}

std::vector<double> Trainer::losses_on(const TrainingData& data, int repeats) const {
    if (data.size() == 0) {
        return std::vector<double>(terms_.size(), std::numeric_limits<double>::quiet_NaN());
    }
    const Net<float> net = averaged();
    std::vector<double> out;
    Parameters<float> ignored(net.parameters().size(), 0.0F);
    for (std::size_t i = 0; i < terms_.size(); ++i) {
        double sum = 0;
        for (int r = 0; r < repeats; ++r) {
            sum += terms_[i].objective->add_gradient(
                {net, data, noise_, key_of(0xffffff00L + r, i), spec_.training.batch_size}, 0, ignored);
        }
        out.push_back(sum / repeats);
    }
    return out;
}

Npz Trainer::checkpoint() const {
    Npz out;
    const auto add = [&](const char* name, const Parameters<float>& v) {
        out[name] = NpyArray::of(std::vector<float>(v.begin(), v.end()), {v.size()});
    };
    add("parameters", net_.parameters());
    add("average", average_);
    add("adam_first", first_);
    add("adam_second", second_);
    std::vector<std::int64_t> shape;
    for (const int w : net_.shape().widths()) {
        shape.push_back(w);
    }
    shape.push_back(static_cast<std::int64_t>(net_.spec().head));
    out["shape"] = NpyArray::of(shape, {shape.size()});
    out["step"] = NpyArray::of(std::vector<std::int64_t>{step_}, {1});
    out["net"] = NpyArray::of(std::vector<double>{net_.spec().sigma_data, net_.spec().scale_floor}, {2});
    return out;
}

void Trainer::restore(const Npz& state, const std::string& place) {
    const auto get = [&](const char* name, std::size_t size) {
        const auto at = state.find(name);
        if (at == state.end() || (size && at->second.size() != size)) {
            throw ConfigError(place, std::string("is the checkpoint of another model (") + name +
                                         " does not fit); train into a new folder");
        }
        return at->second.to_doubles();
    };
    const Npz own = checkpoint();
    if (get("shape", 0) != own.at("shape").to_doubles() || get("net", 2) != own.at("net").to_doubles()) {
        throw ConfigError(place, "is the checkpoint of another model or other data; train into a new folder");
    }
    const auto read = [&](const char* name, Parameters<float>& to) {
        const std::vector<double> v = get(name, to.size());
        std::copy(v.begin(), v.end(), to.begin());
    };
    read("parameters", net_.parameters());
    read("average", average_);
    read("adam_first", first_);
    read("adam_second", second_);
    step_ = static_cast<long>(get("step", 1)[0]);
}

}  // namespace tempera::training
