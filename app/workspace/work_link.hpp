// SPDX-License-Identifier: MIT
// What the window needs of a runner, as interfaces so that tests can drive views with snapshots of their own.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "run/record/work_view.hpp"

namespace tempera::app {

/// A work in the background that is seen as `View`.
template <class View>
class WorkLink {
public:
    virtual ~WorkLink() = default;
    virtual void pause() = 0;
    virtual void resume() = 0;
    virtual void step(StepSize size) = 0;
    virtual void cancel() = 0;
    virtual std::shared_ptr<const View> latest() const = 0;
    virtual void set_on_publish(std::function<void()> callback) = 0;
};

/// The part of a link that is the same for all of the engine's runners.
template <class Link, class Runner>
class RunnerLink : public Link {
public:
    void pause() override { runner_.pause(); }
    void resume() override { runner_.resume(); }
    void step(StepSize size) override { runner_.step(size); }
    void cancel() override { runner_.cancel(); }
    auto latest() const -> decltype(std::declval<const Link&>().latest()) override {
        return runner_.latest();
    }
    void set_on_publish(std::function<void()> callback) override {
        runner_.set_on_publish(std::move(callback));
    }

protected:
    Runner runner_;
};

}  // namespace tempera::app
