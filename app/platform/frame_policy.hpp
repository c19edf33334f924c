// SPDX-License-Identifier: MIT
#pragma once

namespace tempera::app {

/// When to draw: pure bookkeeping of times in seconds, so that it can be tested without a window.
class FramePolicy {
public:
    explicit FramePolicy(bool software_gl) : smallest_gap_(software_gl ? 1.0 / 30 : 1.0 / 60) {}

    /// Something happened that may change the picture (input, a snapshot, a finished export).
    void wake(double now) {
        settling_ = 3;  // popups and automatic sizes need a second and third frame
        last_event_ = now;
    }
    void set_animating(bool animating) { animating_ = animating; }
    void set_visible(bool visible) { visible_ = visible; }
    void set_focused(bool focused) { focused_ = focused; }

    bool wants_frame() const { return visible_ && (settling_ > 0 || animating_); }
    /// Earliest time of the next frame.
    bool may_draw(double now) const {
        return wants_frame() && now >= last_frame_ + (focused_ ? smallest_gap_ : 0.1);
    }
    /// How long to sleep when no event arrives.
    double sleep(double now) const {
        if (!wants_frame()) {
            return 0.5;
        }
        const double gap = last_frame_ + (focused_ ? smallest_gap_ : 0.1) - now;
        return gap > 0 ? gap : 0;
    }
    void drawn(double now) {
        last_frame_ = now;
        settling_ = settling_ > 0 ? settling_ - 1 : 0;
    }

private:
    double smallest_gap_, last_frame_ = -1, last_event_ = -1;
    int settling_ = 3;
    bool animating_ = false, visible_ = true, focused_ = true;
};

}  // namespace tempera::app
