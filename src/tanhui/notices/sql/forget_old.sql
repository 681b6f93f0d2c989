SELECT notices_forget_old(%(before)s, %(at)s, %(limit)s);
