/* Stands before a real PKCS #11 library, and has some of its functions fail as the
 * hardware would: what a software token never does, such as locking itself.
 *
 * SHIM_MODULE   the library behind it
 * SHIM_RETURN   function=value: what that function returns instead of working
 * SHIM_SET      flags that the token gets, SHIM_CLEAR those that it loses
 * SHIM_RAW      if set, points come without the OCTET STRING around them
 * SHIM_HIDE     an attribute that no object has; SHIM_PAD the PIN typed on a pad
 * SHIM_GONE     if set, nothing is known of the token once somebody has tried a PIN
 *
 * Functions are numbered as CK_FUNCTION_LIST of PKCS #11 2.40 orders them.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned long ulong;
enum { INITIALIZE = 0, TOKEN_INFO = 6, OPEN = 12, LOGIN = 18, ATTRIBUTES = 24, SIGN_INIT = 42, SIGN = 43, COUNT = 68 };
enum { FLAGS_AT = 96, EC_POINT = 0x181, WRAP = 2 };

struct list { unsigned char version[2]; void *f[COUNT]; };
struct attribute { ulong type; void *value; ulong length; };

static struct list ours, *theirs;

static ulong forced(const char *name) {
    const char *text = getenv("SHIM_RETURN");
    size_t n = strlen(name);
    if (text == NULL || strncmp(text, name, n) != 0 || text[n] != '=') return 0;
    return strtoul(text + n + 1, NULL, 0);
}

static ulong number(const char *name) {
    const char *text = getenv(name);
    return text == NULL ? 0 : strtoul(text, NULL, 0);
}

static int tried;

static ulong initialize(void *words) {
    tried = 0;
    return ((ulong (*)(void *))theirs->f[INITIALIZE])(words);
}

static ulong token_info(ulong slot, unsigned char *info) {
    ulong value = forced("C_GetTokenInfo"), flags;
    if (tried && getenv("SHIM_GONE") != NULL) return 0xE0; /* CKR_TOKEN_NOT_PRESENT */
    if (value) return value;
    value = ((ulong (*)(ulong, void *))theirs->f[TOKEN_INFO])(slot, info);
    memcpy(&flags, info + FLAGS_AT, sizeof flags);
    flags = (flags | number("SHIM_SET")) & ~number("SHIM_CLEAR");
    memcpy(info + FLAGS_AT, &flags, sizeof flags);
    return value;
}

static ulong open_session(ulong slot, ulong flags, void *a, void *b, ulong *session) {
    ulong value = forced("C_OpenSession");
    if (value) return value;
    return ((ulong (*)(ulong, ulong, void *, void *, ulong *))theirs->f[OPEN])(slot, flags, a, b, session);
}

static ulong login(ulong session, ulong user, void *pin, ulong length) {
    ulong value = forced("C_Login");
    tried = 1;
    if (value) return value;
    if (pin == NULL) { /* a pad, on which somebody types the right PIN */
        pin = getenv("SHIM_PAD");
        length = pin == NULL ? 0 : strlen(pin);
    }
    return ((ulong (*)(ulong, ulong, void *, ulong))theirs->f[LOGIN])(session, user, pin, length);
}

static ulong attributes(ulong session, ulong object, struct attribute *a, ulong count) {
    unsigned char point[256];
    struct attribute whole = {EC_POINT, point, sizeof point};
    ulong (*real)(ulong, ulong, struct attribute *, ulong) = theirs->f[ATTRIBUTES], value;
    if (number("SHIM_HIDE") == a->type && count == 1) return 0x12; /* CKR_ATTRIBUTE_TYPE_INVALID */
    if (getenv("SHIM_RAW") == NULL || count != 1 || a->type != EC_POINT) return real(session, object, a, count);
    value = real(session, object, &whole, 1);
    if (value == 0) {
        a->length = whole.length - WRAP;
        if (a->value != NULL) memcpy(a->value, point + WRAP, a->length);
    }
    return value;
}

static ulong sign_init(ulong session, void *mechanism, ulong key) {
    ulong value = forced("C_SignInit");
    if (value) return value;
    return ((ulong (*)(ulong, void *, ulong))theirs->f[SIGN_INIT])(session, mechanism, key);
}

static ulong sign(ulong session, void *data, ulong length, void *blob, ulong *size) {
    ulong value = forced("C_Sign");
    if (value) return value;
    return ((ulong (*)(ulong, void *, ulong, void *, ulong *))theirs->f[SIGN])(session, data, length, blob, size);
}

ulong C_GetFunctionList(struct list **out) {
    void *library = dlopen(getenv("SHIM_MODULE"), RTLD_NOW | RTLD_LOCAL);
    ulong (*get)(struct list **) = library == NULL ? NULL : dlsym(library, "C_GetFunctionList");
    ulong value = get == NULL ? 5 : get(&theirs); /* 5: CKR_GENERAL_ERROR */
    if (value) return value;
    ours = *theirs;
    ours.f[INITIALIZE] = initialize;
    ours.f[TOKEN_INFO] = token_info;
    ours.f[OPEN] = open_session;
    ours.f[LOGIN] = login;
    ours.f[ATTRIBUTES] = attributes;
    ours.f[SIGN_INIT] = sign_init;
    ours.f[SIGN] = sign;
    *out = &ours;
    return 0;
}
