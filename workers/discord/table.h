// discord/table.h — tables in Markdown (GitHub's extension), which Discord does not have. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace openclaw::discord {

// How many of `lines`, from the first, are a table; 0: they begin with none.
std::size_t table_rows(std::span<const std::string_view> lines);

// These lines as aligned text, a line end after each row.
std::string table_text(std::span<const std::string_view> lines);

} // namespace openclaw::discord
