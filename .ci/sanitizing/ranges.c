/* Three calls that rustc's compiler makes and gcc's ThreadSanitizer, older than that, does not have. */
#include <string.h>

void __tsan_read_range(const void *from, unsigned long size);
void __tsan_write_range(void *to, unsigned long size);

void *__tsan_memcpy(void *to, const void *from, size_t size) {
  __tsan_read_range(from, size);
  __tsan_write_range(to, size);
  return memcpy(to, from, size);
}

void *__tsan_memmove(void *to, const void *from, size_t size) {
  __tsan_read_range(from, size);
  __tsan_write_range(to, size);
  return memmove(to, from, size);
}

void *__tsan_memset(void *to, int byte, size_t size) {
  __tsan_write_range(to, size);
  return memset(to, byte, size);
}
