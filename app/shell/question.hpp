// SPDX-License-Identifier: MIT
// A question over the panels: the one way in which the window asks before something is lost or takes long.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tempera::app {

class Theme;

struct Question {
    struct Answer {
        std::string label;
        std::function<void()> action;
    };
    std::string title;
    std::vector<std::string> lines;
    std::vector<Answer> answers;       ///< the first is the one that Enter gives
    std::string otherwise = "Cancel";  ///< leaves everything as it is; so does Escape
    std::function<void()> dismissed;   ///< when it was answered so
    std::function<bool()> moot;        ///< there is nothing to ask any more
};

/// At most one question at a time: a newer one takes the place of one that was not answered, which counts as
/// dismissed.
class Questions {
public:
    void ask(Question question);
    bool open() const { return question_.has_value(); }
    const Question& now() const { return *question_; }  ///< only while open
    /// Gives answer `index` of the question that is open; what lies outside the list dismisses it.
    void answer(std::size_t index);
    void draw(const Theme& theme);

private:
    std::optional<Question> question_;
};

}  // namespace tempera::app
