import 'virtual:headwater/leader'
