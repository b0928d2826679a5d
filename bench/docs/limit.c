// The step of the kernel in C, with AVX-512 intrinsics: what is the most that a loop can reach on this processor?
//
//   gcc -O3 -march=native -o target/limit bench/docs/limit.c && target/limit
//
// Prints nanoseconds per float on one thread, the median of 41 windows: of the root and the division alone, of a step,
// of the norm of the gradients, and of norm and step with everything in one pass (unscaling, clipping by norm, AdamW,
// the average of the parameters, the zeroed gradient). The roundings are those of the kernel.

#include <immintrin.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ARRAYS = 5, WINDOWS = 41, WARM_UP = 10, LANES = 16, PAGE = 4096 };

static const long SIZES[] = {1000, 16384, 262144, 4194304, 33554432};

static float *params, *grads, *m, *v, *average;
static volatile double sink;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e9 + time.tv_nsec;
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

// The last vector of an array is a part of one, so all are loaded and stored through a mask.
static inline __m512 load(__mmask16 mask, const float *at) { return _mm512_maskz_loadu_ps(mask, at); }

static inline void store(__mmask16 mask, float *at, __m512 x) { _mm512_mask_storeu_ps(at, mask, x); }

static inline __m512 all(float x) { return _mm512_set1_ps(x); }

static inline void one(long i, __mmask16 mask, int has_all, float scale) {
  __m512 p = load(mask, params + i), g = load(mask, grads + i);
  const __m512 m0 = load(mask, m + i), v0 = load(mask, v + i);
  if (has_all) {
    g = _mm512_mul_ps(g, all(scale));
    p = _mm512_fmadd_ps(all(-1e-5f), p, p);
  }
  const __m512 m1 = _mm512_fmadd_ps(all(0.1f), _mm512_sub_ps(g, m0), m0);
  const __m512 minus_v = _mm512_sub_ps(_mm512_setzero_ps(), v0);
  const __m512 v1 = _mm512_fmadd_ps(all(0.001f), _mm512_fmadd_ps(g, g, minus_v), v0);
  const __m512 d = _mm512_fmadd_ps(_mm512_sqrt_ps(v1), all(1.01f), all(1e-8f));
  const __m512 p1 = _mm512_add_ps(p, _mm512_div_ps(_mm512_mul_ps(all(-0.001f), m1), d));
  store(mask, m + i, m1);
  store(mask, v + i, v1);
  store(mask, params + i, p1);
  if (has_all) {
    const __m512 a = load(mask, average + i);
    store(mask, average + i, _mm512_fmadd_ps(all(0.001f), _mm512_sub_ps(p1, a), a));
    // In place of zero, as moments without gradients would become subnormal.
    store(mask, grads + i, all(0.75f));
  }
}

static inline void pass(long n, int has_all, float scale) {
  long i = 0;
  for (; i + LANES <= n; i += LANES) {
    one(i, 0xffff, has_all, scale);
  }
  if (i < n) {
    one(i, (__mmask16) ((1 << (n - i)) - 1), has_all, scale);
  }
}

__attribute__((noinline)) static void step(long n) { pass(n, 0, 1); }

__attribute__((noinline)) static void norm(long n) {
  __m512d sums[4] = {0};
  for (long i = 0; i + 32 <= n; i += 32) {
    for (int k = 0; k < 4; k++) {
      const __m512d x = _mm512_cvtps_pd(_mm256_loadu_ps(grads + i + 8 * k));
      sums[k] = _mm512_fmadd_pd(x, x, sums[k]);
    }
  }
  sink = _mm512_reduce_add_pd(
      _mm512_add_pd(_mm512_add_pd(sums[0], sums[1]), _mm512_add_pd(sums[2], sums[3])));
}

__attribute__((noinline)) static void in_one_pass(long n) {
  norm(n);
  pass(n, 1, (float) (1 / (1 + sink)));
}

__attribute__((noinline)) static void root_and_division(long n) {
  __m512 x = all(1.5f), y = all(1.25f);
  for (long i = 0; i < n; i += LANES) {
    const __m512 root = _mm512_sqrt_ps(x), quotient = _mm512_div_ps(x, y);
    // Neither left out nor taken out of the loop.
    asm volatile("" : "+v"(x), "+v"(y) : "v"(root), "v"(quotient));
  }
}

static double median(void (*loop)(long), long n) {
  double times[WINDOWS];
  const long calls = n > 100000 ? 1 : 100000 / n;
  for (int w = -WARM_UP; w < WINDOWS; w++) {
    const double start = now();
    for (long i = 0; i < calls; i++) {
      loop(n);
    }
    times[w < 0 ? 0 : w] = (now() - start) / calls / n;
  }
  qsort(times, WINDOWS, sizeof times[0], compare);
  return times[WINDOWS / 2];
}

int main(void) {
  float **const arrays[ARRAYS] = {&params, &grads, &m, &v, &average};
  printf("%10s %18s %8s %8s %12s\n", "elements", "root and division", "step", "norm", "in one pass");
  for (size_t s = 0; s < sizeof SIZES / sizeof SIZES[0]; s++) {
    const long n = SIZES[s];
    for (int k = 0; k < ARRAYS; k++) {
      // Pages of their own, and not at the same place in each: loads would wait for stores elsewhere.
      const long bytes = (n * sizeof(float) / PAGE + 2) * PAGE;
      *arrays[k] = (float *) ((char *) aligned_alloc(PAGE, bytes) + k * 704);
      for (long i = 0; i < n; i++) {
        (*arrays[k])[i] = 0.5f + i * 31 % 97 / 97.0f;
      }
    }
    const double alone = median(root_and_division, n), stepped = median(step, n);
    const double squares = median(norm, n);
    printf("%10ld %18.3f %8.3f %8.3f %12.3f\n", n, alone, stepped, squares, median(in_one_pass, n));
  }
  return 0;
}
