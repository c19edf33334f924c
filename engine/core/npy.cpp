// SPDX-License-Identifier: MIT
// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html (versions 1, 2 and 3).
#include "core/npy.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include <atomic>
#include <bit>
#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>
#include <numeric>

#include "core/errors.hpp"

namespace tempera {

static_assert(std::endian::native == std::endian::little, "npy files are written in the machine's byte order");

namespace {

using Bytes = std::vector<std::uint8_t>;
using Type = NpyArray::Type;

struct TypeName {
    Type type;
    const char* text;
    std::size_t bytes;
};
constexpr TypeName type_names[] = {
    {Type::f32, "<f4", 4}, {Type::f64, "<f8", 8}, {Type::i32, "<i4", 4}, {Type::i64, "<i8", 8}, {Type::u8, "|u1", 1}};

const TypeName& name_of(Type type) { return type_names[static_cast<std::size_t>(type)]; }

/// Number of elements, or nothing when it (or its bytes) does not fit.
std::size_t element_count(const std::vector<std::size_t>& shape, std::size_t element, bool& overflow) {
    std::size_t n = 1;
    overflow = false;
    for (const std::size_t s : shape) {
        if (s != 0 && n > std::numeric_limits<std::size_t>::max() / element / s) {
            overflow = true;
            return 0;
        }
        n *= s;
    }
    return n;
}

template <class T>
NpyArray make_array(Type type, const std::vector<T>& values, std::vector<std::size_t> shape) {
    NpyArray a{type, std::move(shape), Bytes(values.size() * sizeof(T))};
    if (a.size() != values.size()) {
        throw std::logic_error("npy: the shape does not hold the values");
    }
    if (!values.empty()) {
        std::memcpy(a.bytes.data(), values.data(), a.bytes.size());
    }
    return a;
}

template <class T>
void append_doubles(const Bytes& bytes, std::vector<double>& out) {
    for (std::size_t i = 0; i + sizeof(T) <= bytes.size(); i += sizeof(T)) {
        T v;
        std::memcpy(&v, bytes.data() + i, sizeof(T));
        out.push_back(static_cast<double>(v));
    }
}

/// Reads the header's Python dictionary: {'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }.
class HeaderReader {
public:
    HeaderReader(const std::string& text, const std::string& name) : text_(text), name_(name) {}

    void read(std::string& descr, bool& fortran, std::vector<std::size_t>& shape) {
        bool has_descr = false, has_order = false, has_shape = false;
        expect('{');
        while (!take('}')) {
            const std::string key = quoted();
            expect(':');
            if (key == "descr") {
                skip_space();
                if (at_ < text_.size() && text_[at_] == '[') {
                    fail("holds records; only plain numbers can be read");
                }
                descr = quoted(), has_descr = true;
            } else if (key == "fortran_order") {
                fortran = boolean(), has_order = true;
            } else if (key == "shape") {
                shape = tuple(), has_shape = true;
            } else {
                fail("has an unknown header entry '" + key + "'");
            }
            if (!take(',')) {
                expect('}');
                break;
            }
        }
        if (!has_descr || !has_order || !has_shape) {
            fail("has an incomplete header (descr, fortran_order and shape are needed)");
        }
    }

private:
    [[noreturn]] void fail(const std::string& what) const { throw ConfigError(name_, what); }
    [[noreturn]] void damaged() const { fail("has a damaged npy header at character " + std::to_string(at_)); }
    void skip_space() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) {
            ++at_;
        }
    }
    bool take(char c) {
        skip_space();
        if (at_ < text_.size() && text_[at_] == c) {
            ++at_;
            return true;
        }
        return false;
    }
    void expect(char c) {
        if (!take(c)) {
            damaged();
        }
    }
    std::string quoted() {
        skip_space();
        if (at_ >= text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) {
            damaged();
        }
        const std::size_t end = text_.find(text_[at_], at_ + 1);
        if (end == std::string::npos) {
            damaged();
        }
        std::string out = text_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
        return out;
    }
    bool boolean() {
        skip_space();
        for (const auto& [word, value] : {std::pair{"True", true}, std::pair{"False", false}}) {
            if (text_.compare(at_, std::strlen(word), word) == 0) {
                at_ += std::strlen(word);
                return value;
            }
        }
        damaged();
    }
    std::vector<std::size_t> tuple() {
        std::vector<std::size_t> out;
        expect('(');
        while (!take(')')) {
            skip_space();
            std::size_t value = 0, digits = 0;
            for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_, ++digits) {
                if (digits == 18) {
                    fail("has an impossible shape");
                }
                value = value * 10 + static_cast<std::size_t>(text_[at_] - '0');
            }
            if (digits == 0 || out.size() == 32) {
                damaged();
            }
            out.push_back(value);
            if (!take(',')) {
                expect(')');
                break;
            }
        }
        return out;
    }

    const std::string& text_;
    const std::string& name_;
    std::size_t at_ = 0;
};

/// Fortran order (first index fastest) to C order.
Bytes to_c_order(const Bytes& in, const std::vector<std::size_t>& shape, std::size_t element) {
    Bytes out(in.size());
    std::vector<std::size_t> index(shape.size(), 0), stride(shape.size(), 1);
    for (std::size_t i = 1; i < shape.size(); ++i) {
        stride[i] = stride[i - 1] * shape[i - 1];
    }
    for (std::size_t to = 0; to < in.size(); to += element) {
        const std::size_t from = std::inner_product(index.begin(), index.end(), stride.begin(), std::size_t{0});
        std::memcpy(out.data() + to, in.data() + from * element, element);
        for (std::size_t i = shape.size(); i-- > 0;) {
            if (++index[i] < shape[i]) {
                break;
            }
            index[i] = 0;
        }
    }
    return out;
}

std::string reason(int error) { return std::strerror(error); }

Bytes read_bytes(const std::filesystem::path& file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        throw ConfigError(file.string(), "cannot be read: " + reason(errno));
    }
    struct stat info {};
    if (::fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
        ::close(fd);
        throw ConfigError(file.string(), "is a folder, not a file");
    }
    Bytes out;
    std::vector<std::uint8_t> buffer(std::size_t{1} << 18);
    for (;;) {
        const ssize_t n = ::read(fd, buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            const int error = errno;
            ::close(fd);
            throw ConfigError(file.string(), "cannot be read: " + reason(error));
        }
        if (n == 0) {
            break;
        }
        out.insert(out.end(), buffer.begin(), buffer.begin() + n);
    }
    ::close(fd);
    return out;
}

/// A file under a temporary name beside its destination; removed again unless it is committed.
class PendingFile {
public:
    explicit PendingFile(const std::filesystem::path& file) : file_(file) {
        static std::atomic<unsigned> counter{0};
        temporary_ = file.string() + ".tmp" + std::to_string(::getpid()) + "-" + std::to_string(counter++);
        fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (fd_ < 0) {
            fail(errno);
        }
    }
    ~PendingFile() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
        if (!done_) {
            ::unlink(temporary_.c_str());
        }
    }
    PendingFile(const PendingFile&) = delete;
    PendingFile& operator=(const PendingFile&) = delete;

    void write(const void* data, std::size_t size) {
        const char* from = static_cast<const char*>(data);
        while (size > 0) {
            const ssize_t n = ::write(fd_, from, size);
            if (n < 0 && errno != EINTR) {
                fail(errno);
            }
            from += n > 0 ? n : 0;
            size -= n > 0 ? static_cast<std::size_t>(n) : 0;
        }
    }
    void commit() {
        const int closed = ::close(fd_);
        fd_ = -1;
        if (closed != 0 || ::rename(temporary_.c_str(), file_.c_str()) != 0) {
            fail(errno);
        }
        done_ = true;
    }

private:
    [[noreturn]] void fail(int error) {
        throw std::runtime_error("cannot write " + file_.string() + ": " + reason(error));
    }
    std::filesystem::path file_;
    std::string temporary_;
    int fd_ = -1;
    bool done_ = false;
};

void write_atomically(const std::filesystem::path& file, const void* data, std::size_t size) {
    PendingFile pending(file);
    pending.write(data, size);
    pending.commit();
}

struct DiscardZip {
    void operator()(zip_t* z) const { zip_discard(z); }
};
struct CloseZipFile {
    void operator()(zip_file_t* f) const { zip_fclose(f); }
};
struct FreeSource {
    void operator()(zip_source_t* s) const { zip_source_free(s); }
};

Bytes read_entry(zip_t* zip, zip_uint64_t index, const std::string& name) {
    zip_stat_t info;
    const std::unique_ptr<zip_file_t, CloseZipFile> entry(zip_fopen_index(zip, index, 0));
    if (!entry || zip_stat_index(zip, index, 0, &info) != 0) {
        throw ConfigError(name, std::string("cannot be read: ") + zip_strerror(zip));
    }
    // Grows with what is really there: a false size in the directory costs no memory.
    Bytes out;
    std::vector<std::uint8_t> buffer(std::size_t{1} << 18);
    for (;;) {
        const zip_int64_t n = zip_fread(entry.get(), buffer.data(), buffer.size());
        if (n < 0) {
            throw ConfigError(name, std::string("is damaged: ") + zip_file_strerror(entry.get()));
        }
        if (n == 0) {
            break;
        }
        out.insert(out.end(), buffer.begin(), buffer.begin() + n);
    }
    return out;
}

void add_entry(zip_t* zip, const std::string& name, const Bytes& bytes) {
    zip_source_t* source = zip_source_buffer(zip, bytes.data(), bytes.size(), 0);
    if (!source) {
        throw std::runtime_error(std::string("npz: ") + zip_strerror(zip));
    }
    const zip_int64_t index = zip_file_add(zip, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
        zip_source_free(source);
        throw std::runtime_error(std::string("npz: ") + zip_strerror(zip));
    }
    // 1 January 1980, the first moment of the DOS calendar: equal contents give equal bytes.
    constexpr zip_uint16_t first_day = (1 << 5) | 1;
    if (zip_set_file_compression(zip, static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0) != 0 ||
        zip_file_set_dostime(zip, static_cast<zip_uint64_t>(index), 0, first_day, 0) != 0) {
        throw std::runtime_error(std::string("npz: ") + zip_strerror(zip));
    }
}

}  // namespace

NpyArray NpyArray::of(const std::vector<double>& v, std::vector<std::size_t> s) { return make_array(Type::f64, v, std::move(s)); }
NpyArray NpyArray::of(const std::vector<float>& v, std::vector<std::size_t> s) { return make_array(Type::f32, v, std::move(s)); }
NpyArray NpyArray::of(const std::vector<std::int32_t>& v, std::vector<std::size_t> s) { return make_array(Type::i32, v, std::move(s)); }
NpyArray NpyArray::of(const std::vector<std::int64_t>& v, std::vector<std::size_t> s) { return make_array(Type::i64, v, std::move(s)); }

std::size_t NpyArray::size() const {
    return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

std::vector<double> NpyArray::to_doubles() const {
    std::vector<double> out;
    out.reserve(size());
    switch (type) {
        case Type::f32: append_doubles<float>(bytes, out); break;
        case Type::f64: append_doubles<double>(bytes, out); break;
        case Type::i32: append_doubles<std::int32_t>(bytes, out); break;
        case Type::i64: append_doubles<std::int64_t>(bytes, out); break;
        case Type::u8: append_doubles<std::uint8_t>(bytes, out); break;
    }
    return out;
}

NpyArray parse_npy(const Bytes& in, const std::string& name) {
    if (in.size() < 10 || std::memcmp(in.data(), "\x93NUMPY", 6) != 0) {
        throw ConfigError(name, "is not an npy file (the first bytes are not \\x93NUMPY)");
    }
    const int version = in[6];
    const std::size_t start = version == 1 ? 10 : 12;
    if (version < 1 || version > 3 || in.size() < start) {
        throw ConfigError(name, "has an unknown or damaged npy version (" + std::to_string(version) + ")");
    }
    std::size_t length = 0;
    for (std::size_t i = start; i-- > 8;) {
        length = length << 8 | in[i];
    }
    if (length > in.size() - start) {
        throw ConfigError(name, "is truncated: its header should have " + std::to_string(length) + " bytes");
    }
    std::string descr;
    bool fortran = false;
    NpyArray out;
    const std::string header(in.begin() + static_cast<std::ptrdiff_t>(start), in.begin() + static_cast<std::ptrdiff_t>(start + length));
    HeaderReader(header, name).read(descr, fortran, out.shape);

    const TypeName* found = nullptr;
    for (const TypeName& t : type_names) {
        // "=" is the writer's own order, and one byte has no order.
        if (descr.size() >= 3 && descr.substr(1) == t.text + 1 && (descr[0] == '<' || descr[0] == '=' || (t.bytes == 1 && descr[0] == '|'))) {
            found = &t;
        }
    }
    if (!found) {
        throw ConfigError(name, "has elements of type \"" + descr + "\"; float32, float64, int32, int64 and uint8 (little-endian) can be read");
    }
    out.type = found->type;
    bool overflow = false;
    const std::size_t n = element_count(out.shape, found->bytes, overflow);
    const std::size_t available = in.size() - start - length;
    if (overflow || n * found->bytes > available) {
        throw ConfigError(name, "is truncated: its shape needs " + (overflow ? std::string("more memory than there is") : std::to_string(n * found->bytes) + " bytes") +
                                    ", " + std::to_string(available) + " follow the header");
    }
    const auto data = in.begin() + static_cast<std::ptrdiff_t>(start + length);
    out.bytes.assign(data, data + static_cast<std::ptrdiff_t>(n * found->bytes));
    if (fortran && out.shape.size() > 1) {
        out.bytes = to_c_order(out.bytes, out.shape, found->bytes);
    }
    return out;
}

std::vector<std::uint8_t> format_npy(const NpyArray& array) {
    std::string header = std::string("{'descr': '") + name_of(array.type).text + "', 'fortran_order': False, 'shape': (";
    for (std::size_t i = 0; i < array.shape.size(); ++i) {
        header += (i ? ", " : "") + std::to_string(array.shape[i]);
    }
    header += array.shape.size() == 1 ? ",), }" : "), }";
    // NumPy aligns the data to 64 bytes and ends the header with a line break.
    header.append(63 - (10 + header.size()) % 64, ' ');
    header += '\n';
    Bytes out;
    out.reserve(10 + header.size() + array.bytes.size());
    for (const std::size_t byte : {std::size_t{0x93}, std::size_t{'N'}, std::size_t{'U'}, std::size_t{'M'}, std::size_t{'P'}, std::size_t{'Y'},
                                   std::size_t{1}, std::size_t{0}, header.size() & 0xFF, header.size() >> 8}) {
        out.push_back(static_cast<std::uint8_t>(byte));
    }
    out.insert(out.end(), header.begin(), header.end());
    out.insert(out.end(), array.bytes.begin(), array.bytes.end());
    return out;
}

NpyArray read_npy(const std::filesystem::path& file) { return parse_npy(read_bytes(file), file.string()); }

void write_npy(const std::filesystem::path& file, const NpyArray& array) {
    const Bytes bytes = format_npy(array);
    write_atomically(file, bytes.data(), bytes.size());
}

Npz read_npz(const std::filesystem::path& file) {
    const Bytes bytes = read_bytes(file);
    if (bytes.empty()) {
        throw ConfigError(file.string(), "is empty, not an npz file");
    }
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    std::unique_ptr<zip_t, DiscardZip> zip(source ? zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error) : nullptr);
    if (!zip) {
        if (source) {
            zip_source_free(source);
        }
        const std::string why = zip_error_strerror(&error);
        zip_error_fini(&error);
        throw ConfigError(file.string(), "is not a readable npz file: " + why);
    }
    Npz out;
    const zip_int64_t n = zip_get_num_entries(zip.get(), 0);
    for (zip_int64_t i = 0; i < n; ++i) {
        const char* entry = zip_get_name(zip.get(), static_cast<zip_uint64_t>(i), 0);
        std::string name = entry ? entry : "";
        const std::string place = file.string() + ":" + name;
        if (!name.ends_with(".npy")) {
            throw ConfigError(place, "is not an npy array");
        }
        name.resize(name.size() - 4);
        if (!out.emplace(name, parse_npy(read_entry(zip.get(), static_cast<zip_uint64_t>(i), place), place)).second) {
            throw ConfigError(place, "stands twice in the file");
        }
    }
    return out;
}

void write_npz(const std::filesystem::path& file, const Npz& arrays) {
    if (arrays.empty()) {
        // libzip deletes archives without entries; this is the end record alone.
        write_file_atomically(file, "PK\5\6" + std::string(18, '\0'));
        return;
    }
    std::map<std::string, Bytes> entries;
    zip_error_t error;
    zip_error_init(&error);
    const std::unique_ptr<zip_source_t, FreeSource> source(zip_source_buffer_create(nullptr, 0, 0, &error));
    std::unique_ptr<zip_t, DiscardZip> zip(source ? zip_open_from_source(source.get(), ZIP_CREATE | ZIP_TRUNCATE, &error) : nullptr);
    if (!zip) {
        throw std::runtime_error("cannot write " + file.string() + ": " + zip_error_strerror(&error));
    }
    // The archive owns the source from here on; one more reference keeps its bytes after zip_close.
    zip_source_keep(source.get());
    for (const auto& [name, array] : arrays) {
        add_entry(zip.get(), name + ".npy", entries.emplace(name, format_npy(array)).first->second);
    }
    if (zip_close(zip.get()) != 0) {
        throw std::runtime_error("cannot write " + file.string() + ": " + zip_strerror(zip.get()));
    }
    zip.release();
    zip_stat_t info;
    if (zip_source_stat(source.get(), &info) != 0 || zip_source_open(source.get()) != 0) {
        throw std::runtime_error("cannot write " + file.string() + ": " + zip_error_strerror(zip_source_error(source.get())));
    }
    Bytes bytes(info.size);
    const zip_int64_t got = zip_source_read(source.get(), bytes.data(), bytes.size());
    zip_source_close(source.get());
    if (got != static_cast<zip_int64_t>(bytes.size())) {
        throw std::runtime_error("cannot write " + file.string() + ": the archive could not be read back");
    }
    write_atomically(file, bytes.data(), bytes.size());
}

void write_file_atomically(const std::filesystem::path& file, const std::string& contents) {
    write_atomically(file, contents.data(), contents.size());
}

}  // namespace tempera
