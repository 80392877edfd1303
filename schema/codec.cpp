#include "schema/codec.hpp"

#include <zstd.h>

#include <memory>
#include <new>
#include <stdexcept>

namespace natsrec::codec {
namespace {

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

/// Kept, because making one costs more than compressing a body.
ZSTD_CCtx* compressor() {
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context{ZSTD_createCCtx()};
  if (!context) throw std::bad_alloc();
  ZSTD_CCtx_reset(context.get(), ZSTD_reset_session_and_parameters);
  return context.get();
}
ZSTD_DCtx* decompressor() {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> context{ZSTD_createDCtx()};
  if (!context) throw std::bad_alloc();
  ZSTD_DCtx_reset(context.get(), ZSTD_reset_session_and_parameters);
  return context.get();
}

}  // namespace

std::string encode(std::string_view body, std::string_view base, int level) {
  if (body.size() > max_body) throw std::length_error("the body is longer than the store can keep");
  ZSTD_CCtx* context = compressor();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
  if (!base.empty()) ZSTD_CCtx_refPrefix(context, base.data(), base.size());
  // Not a string of our own: filling it with zeros first takes a tenth of the time.
  const std::size_t bound = ZSTD_compressBound(body.size());
  const std::unique_ptr<char[]> room{new char[bound]};
  const std::size_t size = ZSTD_compress2(context, room.get(), bound, body.data(), body.size());
  if (ZSTD_isError(size)) throw std::runtime_error(ZSTD_getErrorName(size));
  return {room.get(), size};
}

std::optional<std::string> decode(std::string_view blob, std::string_view base) {
  // ZSTD_decompress would also take several frames in a row; we never write that.
  if (ZSTD_findFrameCompressedSize(blob.data(), blob.size()) != blob.size()) return std::nullopt;
  const unsigned long long size = ZSTD_getFrameContentSize(blob.data(), blob.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR || size > max_body)
    return std::nullopt;
  ZSTD_DCtx* context = decompressor();
  std::string body(static_cast<std::size_t>(size), '\0');
  // The same as a prefix, without the table that ZSTD_DCtx_refPrefix builds for each.
  const std::size_t got = ZSTD_decompress_usingDict(context, body.data(), body.size(), blob.data(),
                                                    blob.size(), base.data(), base.size());
  if (ZSTD_isError(got) || got != body.size()) return std::nullopt;
  return body;
}

}  // namespace natsrec::codec
