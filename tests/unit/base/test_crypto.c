#include "base/crypto.h"

#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static int set_up(void **state)
{
  (void)state;
  return lw_crypto_start() && lw_crypto_start() ? 0 : -1; /* twice does no harm */
}

static void read_hex(const char *text, uint8_t *place, size_t count)
{
  assert_true(lw_hex_read(lw_str_c(text), place, count));
}

/* RFC 8032, section 7.1, tests 1 to 3. */
static void signatures_of_the_standard(void **state)
{
  (void)state;
  static const struct {
    const char *seed;
    const char *public_key;
    const char *message;
    size_t message_len;
    const char *signature;
  } rows[] = {
      {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
       "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "", 0,
       "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf"
       "9"
       "b46bd25bf5f0595bbe24655141438e7a100b"},
      {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
       "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "\x72", 1,
       "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f"
       "1"
       "1d8c387b2eaeb4302aeeb00d291612bb0c00"},
      {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
       "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "\xaf\x82", 2,
       "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984"
       "d"
       "c6594a7c15e9716ed28dc027beceea1ec40a"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    uint8_t secret[LW_SIGN_SECRET_BYTES]; /* the seed and the public key */
    uint8_t expected[LW_SIGN_BYTES];
    uint8_t signature[LW_SIGN_BYTES];
    lw_str message = lw_str_from(rows[i].message, rows[i].message_len);
    read_hex(rows[i].seed, secret, 32);
    read_hex(rows[i].public_key, secret + 32, 32);
    read_hex(rows[i].signature, expected, sizeof expected);
    lw_sign(message, secret, signature);
    assert_memory_equal(signature, expected, sizeof expected);
    assert_true(lw_sign_verify(message, secret + 32, signature));
    assert_false(lw_sign_verify(LW_STR("another"), secret + 32, signature));
    signature[i] ^= 1;
    assert_false(lw_sign_verify(message, secret + 32, signature));
  }
}

static void fresh_keys_sign(void **state)
{
  (void)state;
  uint8_t secret[LW_SIGN_SECRET_BYTES];
  uint8_t public_key[LW_SIGN_PUBLIC_BYTES];
  uint8_t other_secret[LW_SIGN_SECRET_BYTES];
  uint8_t other_public[LW_SIGN_PUBLIC_BYTES];
  uint8_t signature[LW_SIGN_BYTES];
  lw_sign_keys(secret, public_key);
  lw_sign_keys(other_secret, other_public);
  lw_sign((lw_str){NULL, 0}, secret, signature);
  assert_true(lw_sign_verify((lw_str){NULL, 0}, public_key, signature));
  assert_false(lw_sign_verify((lw_str){NULL, 0}, other_public, signature));
}

static void passwords(void **state)
{
  (void)state;
  struct lw_error err;
  char text[LW_PASSWORD_TEXT_BYTES];
  char other[LW_PASSWORD_TEXT_BYTES];
  lw_str password = LW_STR("correct horse \0 battery");
  assert_int_equal(lw_password_hash(password, text, &err), LW_OK);
  assert_memory_equal(text, "$argon2id$v=19$m=65536,t=2,p=1$", 31);
  assert_int_equal(lw_password_hash(password, other, &err), LW_OK);
  assert_string_not_equal(text, other); /* salted */
  assert_true(lw_password_fits(password, text));
  assert_false(lw_password_fits(LW_STR("correct horse "), text));
  assert_false(lw_password_fits(LW_STR("Correct horse \0 battery"), text));
  assert_false(lw_password_fits((lw_str){NULL, 0}, text));
  assert_int_equal(lw_password_hash((lw_str){NULL, 0}, text, &err), LW_OK);
  assert_true(lw_password_fits(LW_STR(""), text));
}

/* From the tests of the reference program: the stored form is everybody's. */
static void a_password_of_another_program(void **state)
{
  (void)state;
  const char *text = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ"
                     "$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  assert_true(lw_password_fits(LW_STR("password"), text));
  assert_false(lw_password_fits(LW_STR("Password"), text));
}

static void a_stored_text_that_is_none(void **state)
{
  (void)state;
  static const char *const rows[] = {"", "plain", "$argon2id$", "$argon2id$v=19$m=65536,t=2,p=1$$",
                                     "$2y$10$abcdefghijklmnopqrstuv"};
  for (size_t i = 0; i < COUNT(rows); i++) {
    assert_false(lw_password_fits(LW_STR("plain"), rows[i]));
  }
}

static lw_str filled(char *place, size_t size, int byte)
{
  memset(place, byte, size);
  return lw_str_from(place, size);
}

/* RFC 4231, cases 1, 2, 3 and 6, and nothing at all. */
static void hmac_of_the_standard(void **state)
{
  (void)state;
  static char place[4][131];
  const struct {
    lw_str key;
    lw_str message;
    const char *mac;
  } rows[] = {
      {filled(place[0], 20, 0x0b), LW_STR("Hi There"),
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {LW_STR("Jefe"), LW_STR("what do ya want for nothing?"),
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {filled(place[1], 20, 0xaa), filled(place[2], 50, 0xdd),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {filled(place[3], 131, 0xaa),
       LW_STR("Test Using Larger Than Block-Size Key - Hash Key First"),
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {{NULL, 0}, {NULL, 0}, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    uint8_t expected[32];
    uint8_t mac[32];
    read_hex(rows[i].mac, expected, sizeof expected);
    for (size_t cut = 0; cut <= rows[i].message.len; cut++) {
      lw_str parts[3] = {lw_str_slice(rows[i].message, 0, cut),
                         {NULL, 0},
                         lw_str_slice(rows[i].message, cut, rows[i].message.len)};
      lw_hmac(rows[i].key, parts, COUNT(parts), mac);
      assert_memory_equal(mac, expected, sizeof expected);
    }
  }
  uint8_t none[32];
  uint8_t expected[32];
  read_hex(rows[4].mac, expected, sizeof expected);
  lw_hmac((lw_str){NULL, 0}, NULL, 0, none);
  assert_memory_equal(none, expected, sizeof expected);
}

/* Compared with another implementation (Python's hashlib.blake2b). */
static void digests(void **state)
{
  (void)state;
  static char place[2][65];
  const struct {
    lw_str key;
    lw_str message;
    const char *digest;
  } rows[] = {
      {{NULL, 0}, {NULL, 0}, "cae66941d9efbd404e4d88758ea67670"},
      {{NULL, 0}, LW_STR("abc"), "cf4ab791c62b8d2b2109c90275287816"},
      {LW_STR("0123456789abcdef"), LW_STR("message"), "fe4048365d8650d0ba91951ad280efde"},
      {filled(place[0], 64, 'k'), LW_STR("message"), "1544b6216e30ce8098d7fa39cfb913f0"},
      {filled(place[1], 65, 'k'), LW_STR("message"), "37a993d9a14928b8126774c73b6f1b76"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    uint8_t expected[16];
    uint8_t digest[16];
    read_hex(rows[i].digest, expected, sizeof expected);
    lw_digest16(rows[i].key, rows[i].message, digest);
    assert_memory_equal(digest, expected, sizeof expected);
  }
}

static void secrets_are_compared_whole(void **state)
{
  (void)state;
  static const struct {
    lw_str a;
    lw_str b;
    bool is_equal;
  } rows[] = {
      {LW_STR_INIT(""), {NULL, 0}, true},
      {LW_STR_INIT("a"), LW_STR_INIT("a"), true},
      {LW_STR_INIT("a"), LW_STR_INIT("b"), false},
      {LW_STR_INIT("a"), LW_STR_INIT(""), false},
      {LW_STR_INIT("abc"), LW_STR_INIT("abcd"), false},
      {LW_STR_INIT("abc\0d"), LW_STR_INIT("abc\0e"), false},
      {LW_STR_INIT("abc\0d"), LW_STR_INIT("abc\0d"), true},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    assert_int_equal(lw_secret_equal(rows[i].a, rows[i].b), rows[i].is_equal);
    assert_int_equal(lw_secret_equal(rows[i].b, rows[i].a), rows[i].is_equal);
  }
}

static void a_wiped_secret_is_gone(void **state)
{
  (void)state;
  char secret[] = "hidden";
  lw_secret_wipe(secret, 3);
  assert_memory_equal(secret, "\0\0\0den", 7);
  lw_secret_wipe(secret, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(signatures_of_the_standard),
      cmocka_unit_test(fresh_keys_sign),
      cmocka_unit_test(passwords),
      cmocka_unit_test(a_password_of_another_program),
      cmocka_unit_test(a_stored_text_that_is_none),
      cmocka_unit_test(hmac_of_the_standard),
      cmocka_unit_test(digests),
      cmocka_unit_test(secrets_are_compared_whole),
      cmocka_unit_test(a_wiped_secret_is_gone),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
