// SPDX-License-Identifier: MIT
// Progress on stderr: a bar with remaining time on a terminal that can move its cursor, plain lines
// elsewhere.
#pragma once

#include <chrono>
#include <mutex>
#include <string>

namespace tempera::cli {

class Progress {
public:
    /// `mode`: auto, plain or none.
    explicit Progress(const std::string& mode);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void update(double fraction, const std::string& text);
    /// Clears the bar; later updates are ignored.
    void finish();

private:
    enum class Mode { bar, plain, none } mode_;
    std::mutex mutex_;
    std::chrono::steady_clock::time_point begin_, last_;
    bool shown_ = false, finished_ = false;
    int last_step_ = -1;
};

/// A line of at most `columns` characters: the bar, the percentage, the text and what is left; what does not
/// fit goes, the bar first.
std::string progress_line(double fraction, const std::string& text, const std::string& left, int columns);

/// "1 min 20 s"
std::string readable_seconds(double seconds);

}  // namespace tempera::cli
