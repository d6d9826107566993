// Random bytes, SHA-256 and Ed25519, from libsodium.
#ifndef CBOARD_CRYPTO_H
#define CBOARD_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

#define CBOARD_SHA256_BYTES 32
#define CBOARD_ED25519_SEED_BYTES 32
#define CBOARD_ED25519_PUBLIC_BYTES 32
#define CBOARD_ED25519_SECRET_BYTES 64
#define CBOARD_ED25519_SIGNATURE_BYTES 64

// A SHA-256 in progress; plain bytes, may be copied to finish a copy and go on with the original.
typedef struct {
  uint64_t opaque[16];
} cboard_sha256_state;

// Fills `buffer` from the kernel's generator.
void cboard_random(void *buffer, size_t count);

void cboard_sha256(const void *data, size_t count, uint8_t digest[32]);
void cboard_sha256_begin(cboard_sha256_state *state);
void cboard_sha256_update(cboard_sha256_state *state, const void *data, size_t count);
void cboard_sha256_end(cboard_sha256_state *state, uint8_t digest[32]);

// The key pair that belongs to a 32-byte seed. The seed alone is what must be kept secret and safe.
int cboard_ed25519_from_seed(const uint8_t seed[32], uint8_t public_key[32], uint8_t secret_key[64]);

// A fresh key pair; its seed is the first 32 bytes of the secret key.
int cboard_ed25519_generate(uint8_t public_key[32], uint8_t secret_key[64]);

int cboard_ed25519_sign(const uint8_t secret_key[64], const void *data, size_t count, uint8_t signature[64]);

// 0 when the signature is the key's for these bytes, else -CBOARD_EINVAL.
int cboard_ed25519_verify(const uint8_t public_key[32], const void *data, size_t count, const uint8_t signature[64]);

// Overwrites secret bytes; never optimised away.
void cboard_wipe(void *data, size_t count);

// Lower-case hexadecimal: 2 * count characters and a terminator.
void cboard_hex(const void *data, size_t count, char *text);

// Reads exactly 2 * count hexadecimal digits of either case; -CBOARD_EINVAL for anything else.
int cboard_unhex(const char *text, size_t length, void *data, size_t count);

#endif
