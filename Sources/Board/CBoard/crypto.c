#include "cboard_base.h"

#include <sodium.h>
#include <stdlib.h>

#include "cboard_crypto.h"

_Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(cboard_sha256_state), "the state fits");
_Static_assert(crypto_sign_SEEDBYTES == CBOARD_ED25519_SEED_BYTES, "Ed25519");
_Static_assert(crypto_sign_SECRETKEYBYTES == CBOARD_ED25519_SECRET_BYTES, "Ed25519");
_Static_assert(crypto_sign_BYTES == CBOARD_ED25519_SIGNATURE_BYTES, "Ed25519");

// Chooses the fastest code for this processor before any thread exists.
__attribute__((constructor)) static void prepare(void) {
  if (sodium_init() < 0) abort();
}

void cboard_random(void *buffer, size_t count) { randombytes_buf(buffer, count); }

void cboard_sha256(const void *data, size_t count, uint8_t digest[32]) { crypto_hash_sha256(digest, data, count); }

void cboard_sha256_begin(cboard_sha256_state *state) { crypto_hash_sha256_init((crypto_hash_sha256_state *)state); }

void cboard_sha256_update(cboard_sha256_state *state, const void *data, size_t count) {
  crypto_hash_sha256_update((crypto_hash_sha256_state *)state, data, count);
}

void cboard_sha256_end(cboard_sha256_state *state, uint8_t digest[32]) {
  crypto_hash_sha256_final((crypto_hash_sha256_state *)state, digest);
}

int cboard_ed25519_from_seed(const uint8_t seed[32], uint8_t public_key[32], uint8_t secret_key[64]) {
  return crypto_sign_seed_keypair(public_key, secret_key, seed) == 0 ? 0 : -EINVAL;
}

int cboard_ed25519_generate(uint8_t public_key[32], uint8_t secret_key[64]) {
  return crypto_sign_keypair(public_key, secret_key) == 0 ? 0 : -EINVAL;
}

int cboard_ed25519_sign(const uint8_t secret_key[64], const void *data, size_t count, uint8_t signature[64]) {
  return crypto_sign_detached(signature, NULL, data, count, secret_key) == 0 ? 0 : -EINVAL;
}

int cboard_ed25519_verify(const uint8_t public_key[32], const void *data, size_t count, const uint8_t signature[64]) {
  return crypto_sign_verify_detached(signature, data, count, public_key) == 0 ? 0 : -EINVAL;
}

void cboard_wipe(void *data, size_t count) { sodium_memzero(data, count); }

void cboard_hex(const void *data, size_t count, char *text) { sodium_bin2hex(text, 2 * count + 1, data, count); }

static int digit(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

int cboard_unhex(const char *text, size_t length, void *data, size_t count) {
  if (length != 2 * count) return -EINVAL;
  for (size_t index = 0; index < count; index++) {
    int high = digit(text[2 * index]);
    int low = digit(text[2 * index + 1]);
    if (high < 0 || low < 0) return -EINVAL;
    ((uint8_t *)data)[index] = (uint8_t)(high << 4 | low);
  }
  return 0;
}
