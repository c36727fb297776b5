/* What every thread of ours begins with. */
#ifndef NT_BASE_THREAD_H
#define NT_BASE_THREAD_H

/* From now on this thread has the C locale, whatever the process has chosen: Lua and the C library write and read
 * numbers, and know letters, by the locale of the thread that asks. */
void nt_thread_begin(void);

#endif
