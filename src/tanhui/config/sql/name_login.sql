SELECT set_config('tanhui.login', %(login)s, false);
