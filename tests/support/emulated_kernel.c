/* Calls entries of an object file for another process, which lays out their memory: see emulated_kernel.py.
 *
 * From stdin, again and again: the number of the entry, the bytes of the memory, the number of words that are arguments, these words,
 * and the memory; to stdout: the memory after the call. All numbers are of 64 bits.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

typedef int64_t W;

#define BASE ((void *)0x200000000)
#define W4 W, W, W, W
#define W8 W4, W4

int play(W, W, W8);
int margins(W, W, W8, W8);
int uniforms(W, W, W8, W8, W4, W);
int scan(W, W, W8, W, W, double, double, W);

static double real(W word)
{
    double number;
    memcpy(&number, &word, sizeof number);
    return number;
}

#define A4(k) a[k], a[k + 1], a[k + 2], a[k + 3]
#define A8(k) A4(k), A4(k + 4)

static int call(W entry, W results, const W *a)
{
    switch (entry) {
    case 0: return play(results, results + 32, A8(0));
    case 1: return margins(results, results + 32, A8(0), A8(8));
    case 2: return uniforms(results, results + 32, A8(0), A8(8), A4(16), a[20]);
    default: return scan(results, results + 32, A8(0), a[8], a[9], real(a[10]), real(a[11]), a[12]);
    }
}

int main(void)
{
    W head[3], words[32];
    while (fread(head, sizeof(W), 3, stdin) == 3) {
        if (head[2] > 32 || fread(words, sizeof(W), head[2], stdin) != (size_t)head[2]) return 2;
        void *memory = mmap(BASE, head[1], PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        if (memory != BASE || fread(memory, 1, head[1], stdin) != (size_t)head[1]) return 3;
        if (call(head[0], (W)BASE, words)) return 4;
        if (fwrite(memory, 1, head[1], stdout) != (size_t)head[1] || fflush(stdout)) return 5;
        munmap(memory, head[1]);
    }
    return 0;
}
