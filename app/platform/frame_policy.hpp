// SPDX-License-Identifier: MIT
#pragma once

namespace tempera::app {

/// When to draw: pure bookkeeping of times in seconds, so that it can be tested without a window.
class FramePolicy {
public:
    explicit FramePolicy(bool software_gl) : smallest_gap_(software_gl ? 1.0 / 30 : 1.0 / 60) {}

    /// Something happened that may change the picture (input, a snapshot, a finished export).
    void wake() {
        settling_ = 3;  // popups and automatic sizes need a second and third frame
    }
    void set_animating(bool animating) { animating_ = animating; }
    void set_visible(bool visible) { visible_ = visible; }
    void set_focused(bool focused) { focused_ = focused; }
    /// Keys and clicks that no frame has seen yet: Dear ImGui shows each frame one change of a key or button
    /// and keeps the rest, so that frames must go on until the last one.
    void set_input_waiting(bool waiting) { input_waiting_ = waiting; }

    bool wants_frame() const { return visible_ && (settling_ > 0 || animating_ || input_waiting_); }
    /// Earliest time of the next frame.
    bool may_draw(double now) const { return wants_frame() && now >= last_frame_ + gap(); }
    /// How long to sleep when no event arrives.
    double sleep(double now) const {
        if (!wants_frame()) {
            return 0.5;
        }
        const double left = last_frame_ + gap() - now;
        return left > 0 ? left : 0;
    }
    void drawn(double now) {
        last_frame_ = now;
        settling_ = settling_ > 0 ? settling_ - 1 : 0;
    }

private:
    double gap() const { return focused_ || input_waiting_ ? smallest_gap_ : 0.1; }

    double smallest_gap_, last_frame_ = -1;
    int settling_ = 3;
    bool animating_ = false, visible_ = true, focused_ = true, input_waiting_ = false;
};

}  // namespace tempera::app
