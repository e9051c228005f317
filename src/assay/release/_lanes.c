/* SHA-256 of one open file, or of two at once, on one core.
 *
 * A core with Intel's SHA extensions waits for itself in SHA-256: each round needs the
 * round before. Two files have nothing to do with each other, so their rounds fill each
 * other's gaps. Reading and hashing both happen without the interpreter's lock, so that
 * the rest of the program loads meanwhile.
 *
 * Source: FIPS 180-4, sections 4.2.2 (K), 5.1.1 (padding), 5.3.3 (the beginning) and
 * 6.2.2 (the rounds); Intel 64 and IA-32 Architectures Software Developer's Manual,
 * volume 2, SHA256RNDS2, SHA256MSG1 and SHA256MSG2. `assay.release.digest` is the only
 * user, has a twin in plain Python, and compares the two before it trusts this one.
 *
 * Order of work of `advance`, for one or two lanes:
 *
 * 1. Copy the lanes out of the caller's memory; refuse any whose numbers make no sense.
 * 2. Fill a piece for each lane; a short one means that its file has ended.
 * 3. Hash the whole blocks that both have side by side, the rest of each alone.
 * 4. Keep what is less than a block, which there is only at the end of a file.
 * 5. Copy the lanes back, with the error of the system where a file could not be read.
 */

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(_WIN32)
#define HAS_LANES 1
#include <cpuid.h>
#include <immintrin.h>
#include <unistd.h>
#endif

enum { BLOCK = 64, PIECE = 128 * 1024, DIGEST = 32 };

typedef struct {
    uint32_t state[8];
    uint64_t total;        /* bytes hashed or kept */
    uint8_t kept[BLOCK];   /* less than a block, from the end of the file */
    uint32_t kept_count;
    int32_t error;         /* errno of the reading that failed, or 0 */
    uint32_t ended;
} Lane;

static const uint32_t BEGINNING[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

#ifdef HAS_LANES

static const uint32_t K[64] __attribute__((aligned(64))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
    0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
    0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
    0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
    0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
    0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
    0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2,
};

static int supported(void)
{
    unsigned int a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d))
        return 0;
    int shuffles = (c & bit_SSSE3) && (c & bit_SSE4_1);
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d))
        return 0;
    return shuffles && (b & (1u << 29)); /* SHA */
}

#define EACH_LANE _Pragma("GCC unroll 2") for (int i = 0; i < LANES; i++)

/* The compression function over whole blocks, for as many lanes as the name says. The
 * instructions take the state as a, b, e, f and c, d, g, h, the highest word first. */
#define COMPRESS(name, count)                                                           \
    __attribute__((target("sha,sse4.1,ssse3"))) static void name(                       \
        uint32_t *states[], const uint8_t *data[], size_t blocks)                       \
    {                                                                                   \
        enum { LANES = count };                                                         \
        const __m128i big_endian =                                                      \
            _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);                 \
        __m128i abef[LANES], cdgh[LANES];                                               \
        const uint8_t *at[LANES];                                                       \
        EACH_LANE                                                                       \
        {                                                                               \
            __m128i dcba = _mm_loadu_si128((const __m128i *)states[i]);                 \
            __m128i hgfe = _mm_loadu_si128((const __m128i *)(states[i] + 4));           \
            __m128i cdab = _mm_shuffle_epi32(dcba, 0xB1);                               \
            __m128i efgh = _mm_shuffle_epi32(hgfe, 0x1B);                               \
            abef[i] = _mm_alignr_epi8(cdab, efgh, 8);                                   \
            cdgh[i] = _mm_blend_epi16(efgh, cdab, 0xF0);                                \
            at[i] = data[i];                                                            \
        }                                                                               \
        while (blocks--) {                                                              \
            __m128i w[LANES][4], abef_before[LANES], cdgh_before[LANES];                \
            EACH_LANE                                                                   \
            {                                                                           \
                abef_before[i] = abef[i];                                               \
                cdgh_before[i] = cdgh[i];                                               \
                _Pragma("GCC unroll 4") for (int j = 0; j < 4; j++) w[i][j] =           \
                    _mm_shuffle_epi8(                                                   \
                        _mm_loadu_si128((const __m128i *)(at[i] + 16 * j)),             \
                        big_endian);                                                    \
                at[i] += BLOCK;                                                         \
            }                                                                           \
            _Pragma("GCC unroll 16") for (int g = 0; g < 16; g++) EACH_LANE             \
            {                                                                           \
                __m128i *word = &w[i][g & 3];                                           \
                __m128i last = w[i][(g + 3) & 3];                                       \
                if (g >= 4)                                                             \
                    *word = _mm_sha256msg2_epu32(                                       \
                        _mm_add_epi32(                                                  \
                            _mm_sha256msg1_epu32(*word, w[i][(g + 1) & 3]),             \
                            _mm_alignr_epi8(last, w[i][(g + 2) & 3], 4)),               \
                        last);                                                          \
                __m128i wk =                                                            \
                    _mm_add_epi32(*word, _mm_load_si128((const __m128i *)(K + 4 * g))); \
                cdgh[i] = _mm_sha256rnds2_epu32(cdgh[i], abef[i], wk);                  \
                abef[i] = _mm_sha256rnds2_epu32(                                        \
                    abef[i], cdgh[i], _mm_shuffle_epi32(wk, 0x0E));                     \
            }                                                                           \
            EACH_LANE                                                                   \
            {                                                                           \
                abef[i] = _mm_add_epi32(abef[i], abef_before[i]);                       \
                cdgh[i] = _mm_add_epi32(cdgh[i], cdgh_before[i]);                       \
            }                                                                           \
        }                                                                               \
        EACH_LANE                                                                       \
        {                                                                               \
            __m128i feba = _mm_shuffle_epi32(abef[i], 0x1B);                            \
            __m128i dchg = _mm_shuffle_epi32(cdgh[i], 0xB1);                            \
            _mm_storeu_si128((__m128i *)states[i], _mm_blend_epi16(feba, dchg, 0xF0));  \
            _mm_storeu_si128(                                                           \
                (__m128i *)(states[i] + 4), _mm_alignr_epi8(dchg, feba, 8));            \
        }                                                                               \
    }

COMPRESS(compress_one, 1)
COMPRESS(compress_two, 2)

/* Fill a piece from a file; what is given is shorter only where the file ends. */
static size_t fill(Lane *lane, int descriptor, uint8_t *piece)
{
    size_t count = 0;
    while (count < PIECE) {
        ssize_t got = read(descriptor, piece + count, PIECE - count);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            lane->error = errno;
        if (got <= 0) {
            lane->ended = 1;
            break;
        }
        count += (size_t)got;
    }
    return count;
}

/* Steps 2 to 4, until so many bytes are read from each or all have ended. */
static void hash_files(Lane *lanes[], const int descriptors[], int count, uint64_t most,
                       uint8_t *pieces[])
{
    for (uint64_t done = 0; done < most; done += PIECE) {
        size_t filled[2] = {0, 0}, blocks[2] = {0, 0}, both = 0;
        uint32_t *states[2] = {NULL, NULL};
        const uint8_t *data[2] = {NULL, NULL};
        for (int i = 0; i < count; i++) {
            if (!lanes[i]->ended)
                filled[i] = fill(lanes[i], descriptors[i], pieces[i]);
            blocks[i] = filled[i] / BLOCK;
            states[i] = lanes[i]->state;
            data[i] = pieces[i];
        }
        if (!filled[0] && !filled[1])
            return;
        if (count == 2) {
            both = blocks[0] < blocks[1] ? blocks[0] : blocks[1];
            compress_two(states, data, both);
        }
        for (int i = 0; i < count; i++) {
            const uint8_t *rest = pieces[i] + both * BLOCK;
            uint32_t *state = lanes[i]->state;
            compress_one(&state, &rest, blocks[i] - both);
            lanes[i]->total += filled[i];
            if (filled[i] % BLOCK) {
                lanes[i]->kept_count = (uint32_t)(filled[i] % BLOCK);
                memcpy(lanes[i]->kept, pieces[i] + blocks[i] * BLOCK,
                       lanes[i]->kept_count);
            }
        }
    }
}

#else

static int supported(void)
{
    return 0;
}

#endif

/* Step 1 for one lane: whether its numbers can be those of a lane that goes on. */
static int is_sound(const Lane *lane, Py_ssize_t length)
{
    return length == (Py_ssize_t)sizeof(Lane) && lane->kept_count < BLOCK &&
           (lane->kept_count == 0 || lane->ended) &&
           lane->total % BLOCK == lane->kept_count;
}

static PyObject *begin(PyObject *self, PyObject *none)
{
    Lane lane;
    (void)self, (void)none;
    memset(&lane, 0, sizeof lane);
    memcpy(lane.state, BEGINNING, sizeof BEGINNING);
    return PyByteArray_FromStringAndSize((const char *)&lane, sizeof lane);
}

static PyObject *advance(PyObject *self, PyObject *arguments)
{
    PyObject *given[2] = {NULL, Py_None};
    int descriptors[2] = {-1, -1};
    unsigned long long most;
    Py_buffer views[2];
    PyObject *result = NULL;
    (void)self;
    if (!PyArg_ParseTuple(arguments, "KOi|Oi", &most, &given[0], &descriptors[0],
                          &given[1], &descriptors[1]))
        return NULL;
    int count = given[1] == Py_None ? 1 : 2, held = 0;
    if (!supported() || given[0] == given[1]) {
        PyErr_SetString(PyExc_ValueError, supported() ? "one lane was given twice"
                                                      : "this processor has no lanes");
        return NULL;
    }
#ifdef HAS_LANES
    Lane lanes[2], *both[2] = {&lanes[0], &lanes[1]};
    uint8_t *memory = NULL;
    for (; held < count; held++) {
        if (PyObject_GetBuffer(given[held], &views[held], PyBUF_WRITABLE) < 0)
            goto done;
        if (views[held].len == (Py_ssize_t)sizeof(Lane))
            memcpy(&lanes[held], views[held].buf, sizeof(Lane)); /* 1 */
        if (!is_sound(&lanes[held], views[held].len)) {
            PyBuffer_Release(&views[held]);
            PyErr_SetString(PyExc_ValueError, "this is no lane");
            goto done;
        }
    }
    memory = aligned_alloc(BLOCK, 2 * PIECE);
    if (memory == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    uint8_t *pieces[2] = {memory, memory + PIECE};
    Py_BEGIN_ALLOW_THREADS
    hash_files(both, descriptors, count, most, pieces); /* 2 to 4 */
    Py_END_ALLOW_THREADS
    for (int i = 0; i < count; i++)
        memcpy(views[i].buf, &lanes[i], sizeof(Lane)); /* 5 */
    result = Py_NewRef(Py_None);
done:
    free(memory);
    while (held--)
        PyBuffer_Release(&views[held]);
#else
    (void)views, (void)held, (void)count;
#endif
    return result;
}

/* Copy a lane out of what was given; 0 with an error set where it is none. */
static int take(PyObject *given, Lane *lane)
{
    Py_buffer view;
    if (PyObject_GetBuffer(given, &view, PyBUF_SIMPLE) < 0)
        return 0;
    if (view.len == (Py_ssize_t)sizeof *lane)
        memcpy(lane, view.buf, sizeof *lane);
    int sound = is_sound(lane, view.len);
    PyBuffer_Release(&view);
    if (!sound)
        PyErr_SetString(PyExc_ValueError, "this is no lane");
    return sound;
}

/* Give (total, whether the file ended, errno) of a lane. */
static PyObject *standing(PyObject *self, PyObject *given)
{
    Lane lane;
    (void)self;
    if (!take(given, &lane))
        return NULL;
    return Py_BuildValue("(KOi)", (unsigned long long)lane.total,
                         lane.ended ? Py_True : Py_False, (int)lane.error);
}

/* Give the digest of a lane whose file has ended; the lane stays as it is. */
static PyObject *digest(PyObject *self, PyObject *given)
{
    Lane lane;
    (void)self;
    if (!take(given, &lane))
        return NULL;
    if (!supported()) {
        PyErr_SetString(PyExc_ValueError, "this processor has no lanes");
        return NULL;
    }
    uint8_t words[DIGEST] = {0};
#ifdef HAS_LANES
    uint8_t end[2 * BLOCK] = {0};
    size_t size = lane.kept_count < BLOCK - 8 ? BLOCK : 2 * BLOCK;
    uint64_t bits = lane.total * 8;
    memcpy(end, lane.kept, lane.kept_count);
    end[lane.kept_count] = 0x80;
    for (size_t i = 0; i < 8; i++)
        end[size - 1 - i] = (uint8_t)(bits >> (8 * i));
    uint32_t *state = lane.state;
    const uint8_t *data = end;
    compress_one(&state, &data, size / BLOCK);
    for (int i = 0; i < DIGEST; i++)
        words[i] = (uint8_t)(lane.state[i / 4] >> (24 - 8 * (i % 4)));
#endif
    return PyBytes_FromStringAndSize((const char *)words, sizeof words);
}

static PyObject *is_supported(PyObject *self, PyObject *none)
{
    (void)self, (void)none;
    return PyBool_FromLong(supported());
}

static PyMethodDef METHODS[] = {
    {"supported", is_supported, METH_NOARGS, "Tell whether this processor has lanes."},
    {"begin", begin, METH_NOARGS, "Give the memory of a new lane."},
    {"advance", advance, METH_VARARGS,
     "advance(most, lane, descriptor[, lane, descriptor]): read and hash on."},
    {"standing", standing, METH_O, "Give (total, ended, errno) of a lane."},
    {"digest", digest, METH_O, "Give the SHA-256 of what a lane has read."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot SLOTS[] = {{0, NULL}};

static struct PyModuleDef MODULE = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_lanes",
    .m_doc = "SHA-256 of one or two open files at once; see `assay.release.digest`.",
    .m_size = 0,
    .m_methods = METHODS,
    .m_slots = SLOTS,
};

PyMODINIT_FUNC PyInit__lanes(void)
{
    return PyModuleDef_Init(&MODULE);
}
