// SPDX-License-Identifier: GPL-2.0-only
/* The error numbers that mappers return. */
#ifndef GUEST_ERRNO_H
#define GUEST_ERRNO_H

#define EPERM 1
#define ENOMEM 12
#define EBUSY 16
#define EINVAL 22

#endif
