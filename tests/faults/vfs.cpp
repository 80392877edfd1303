#include "tests/faults/disk.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>
#include <new>
#include <string>

/// SQLite's way to the disk: a VFS that goes through to the system's, and tells the Disk of what it does.
namespace natsrec::faults {
namespace {

sqlite3_vfs* system_vfs() {
  static sqlite3_vfs* const found = sqlite3_vfs_find("unix");
  return found;
}

struct File {
  sqlite3_file base;
  std::string* path;
  bool is_scratch;  ///< nobody misses it after a crash
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
File* file_of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
sqlite3_file* real_of(sqlite3_file* file) { return file_of(file)->real(); }

int refused_write(sqlite3_file* file, Refusal refusal, const void* data, int size, sqlite3_int64 offset) {
  if (refusal == Refusal::quota) {
    errno = EDQUOT;
    return SQLITE_IOERR_WRITE;
  }
  errno = ENOSPC;
  if (refusal == Refusal::short_write && size > 1) {
    real_of(file)->pMethods->xWrite(real_of(file), data, size / 2, offset);
    Disk::instance().written(*file_of(file)->path, offset,
                             {static_cast<const char*>(data), static_cast<std::size_t>(size / 2)});
  }
  return SQLITE_FULL;
}

int close(sqlite3_file* file) {
  const int result = real_of(file)->pMethods->xClose(real_of(file));
  delete file_of(file)->path;
  return result;
}

int read(sqlite3_file* file, void* data, int size, sqlite3_int64 offset) {
  return real_of(file)->pMethods->xRead(real_of(file), data, size, offset);
}

int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  if (!file_of(file)->is_scratch) {
    if (const auto refusal = Disk::instance().refuses(false))
      return refused_write(file, *refusal, data, size, offset);
    Disk::instance().written(*file_of(file)->path, offset,
                             {static_cast<const char*>(data), static_cast<std::size_t>(size)});
  }
  return real_of(file)->pMethods->xWrite(real_of(file), data, size, offset);
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (!file_of(file)->is_scratch) Disk::instance().truncated(*file_of(file)->path, size);
  return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

int sync(sqlite3_file* file, int /*flags*/) {
  if (file_of(file)->is_scratch) return SQLITE_OK;
  Disk& disk = Disk::instance();
  if (disk.refuses(true)) {
    errno = EIO;
    return SQLITE_IOERR_FSYNC;
  }
  disk.syncing(*file_of(file)->path);
  disk.synced(*file_of(file)->path);
  return SQLITE_OK;  // nobody waits for the real disk
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return real_of(file)->pMethods->xFileSize(real_of(file), size);
}
int lock(sqlite3_file* file, int level) { return real_of(file)->pMethods->xLock(real_of(file), level); }
int unlock(sqlite3_file* file, int level) { return real_of(file)->pMethods->xUnlock(real_of(file), level); }
int check_lock(sqlite3_file* file, int* out) {
  return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}
int control(sqlite3_file* file, int op, void* argument) {
  // A hint that the system's VFS would follow with writes of its own.
  if (op == SQLITE_FCNTL_SIZE_HINT) return SQLITE_OK;
  return real_of(file)->pMethods->xFileControl(real_of(file), op, argument);
}
int sector_size(sqlite3_file* file) { return real_of(file)->pMethods->xSectorSize(real_of(file)); }
int characteristics(sqlite3_file* file) {
  return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}
int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
  return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, out);
}
int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}
void shm_barrier(sqlite3_file* file) { real_of(file)->pMethods->xShmBarrier(real_of(file)); }
int shm_unmap(sqlite3_file* file, int remove) {
  return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

const sqlite3_io_methods methods{
    2,         close,      read,    write,       truncate,        sync,    file_size, lock,
    unlock,    check_lock, control, sector_size, characteristics, shm_map, shm_lock,  shm_barrier,
    shm_unmap, nullptr,    nullptr};

int open(sqlite3_vfs* /*vfs*/, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  File* const ours = new (file) File{};
  sqlite3_vfs* const system = system_vfs();
  int there = 0;
  if (path) system->xAccess(system, path, SQLITE_ACCESS_EXISTS, &there);
  const int result = system->xOpen(system, path, ours->real(), flags, out_flags);
  if (!ours->real()->pMethods) return result;
  ours->is_scratch = !path || (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
  ours->path = new std::string{path ? path : ""};
  ours->base.pMethods = &methods;
  if (!ours->is_scratch) Disk::instance().opened(*ours->path, there == 0);
  return result;
}

int remove(sqlite3_vfs* /*vfs*/, const char* path, int sync_folder) {
  int there = 0;
  system_vfs()->xAccess(system_vfs(), path, SQLITE_ACCESS_EXISTS, &there);
  if (there != 0) Disk::instance().opened(path, false);  // it may never have been opened here
  const int result = system_vfs()->xDelete(system_vfs(), path, 0);
  if (result == SQLITE_OK) {
    Disk::instance().removed(path);
    if (sync_folder) {
      Disk::instance().syncing(path);
      Disk::instance().folder_synced();
    }
  }
  return result;
}

}  // namespace

Disk& Disk::instance() {
  static Disk disk;
  static sqlite3_vfs ours = [] {
    sqlite3_vfs out = *system_vfs();
    out.szOsFile += static_cast<int>(sizeof(File));
    out.zName = "faults";
    out.xOpen = open;
    out.xDelete = remove;
    return out;
  }();
  static const int registered = sqlite3_vfs_register(&ours, 1);
  (void)registered;
  return disk;
}

}  // namespace natsrec::faults
